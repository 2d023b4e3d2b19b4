"""Checkpoints and proofs as the API names them."""

from __future__ import annotations

import base64
from typing import Any

from hub.access.scope import Scope
from hub.domain.errors import InvalidInput, NotFound
from hub.domain.facts import Fact
from hub.domain.kinds import Log
from hub.ledger import canon
from hub.ledger.answering import Cursors
from hub.ledger.evidence import evidence_of
from hub.ledger.fact_views import FactViews
from hub.ledger.note import Checkpoint
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed


def checkpoint_dict(checkpoint: Checkpoint) -> dict[str, Any]:
    """A checkpoint as the API names it."""
    return {
        "origin": checkpoint.origin, "size": checkpoint.size, "root_hash": checkpoint.root.hex(),
        "note": checkpoint.note, "cosignatures": [],
    }  # fmt: skip


def signed(ledger: Ledger, question: model.LedgerCheckpoint, scope: Scope, cursors: Cursors) -> Viewed:
    """The newest checkpoint, or the oldest one of at least a size."""
    if question.size is None:
        found = ledger.proofs.checkpoint(Log.CHANGES)
    else:
        found = ledger.proofs.newest(Log.CHANGES, question.size)
    if found is None:
        raise NotFound(
            "No checkpoint of that size has been signed.", "Ask for a smaller one, or for the newest."
        )
    return Viewed(checkpoint_dict(found), (), ())


def inclusion_proof(ledger: Ledger, seq: int, size: int | None) -> dict[str, Any]:
    """The proof that entry `seq` stands in a signed tree, with the C2SP tlog-proof text."""
    if seq < 1:
        raise NotFound(f"There is no entry {seq}.", "Entries are numbered from 1.")
    newest = ledger.proofs.checkpoint(Log.CHANGES)
    checkpoint = newest if size is None else ledger.proofs.newest(Log.CHANGES, max(size, seq))
    if checkpoint is None or seq > checkpoint.size:
        raise NotFound(f"There is no signed tree that holds entry {seq}.", "Ask without a size.")
    path = ledger.proofs.inclusion(Log.CHANGES, seq, checkpoint.size)
    lines = [
        "c2sp.org/tlog-proof@v1",
        f"index {seq - 1}",
        *(base64.b64encode(each).decode() for each in path),
    ]
    return {
        "seq": seq, "size": checkpoint.size, "leaf_hash": ledger.leaf_hash(Log.CHANGES, seq).hex(),
        "path": [each.hex() for each in path], "checkpoint": checkpoint_dict(checkpoint),
        "file": "\n".join(lines) + "\n\n" + checkpoint.note,
    }  # fmt: skip


def inclusion(ledger: Ledger, question: model.InclusionProof, scope: Scope, cursors: Cursors) -> Viewed:
    """The proof that an entry stands in a signed tree."""
    return Viewed(inclusion_proof(ledger, question.seq, question.size), (), ())


def consistency(ledger: Ledger, question: model.ConsistencyProof, scope: Scope, cursors: Cursors) -> Viewed:
    """The proof that a smaller tree is the beginning of a larger one, with the roots of both."""
    sizes, held = (question.size1, question.size2), ledger.size(Log.CHANGES)
    if not 0 < sizes[0] <= sizes[1]:
        raise InvalidInput(
            f"No proof leads from {sizes[0]} to {sizes[1]} entries.", "Give the smaller first."
        )
    if sizes[1] > held:
        raise NotFound(f"There are no {sizes[1]} entries.", f"The ledger holds {held}.")
    path = ledger.proofs.consistency(Log.CHANGES, *sizes)
    roots = [ledger.proofs.root(Log.CHANGES, each).hex() for each in sizes]
    data = {
        "from": sizes[0], "to": sizes[1], "path": [each.hex() for each in path], "from_root_hash": roots[0],
        "to_root_hash": roots[1],
    }  # fmt: skip
    return Viewed(data, (), ())


def evidence(ledger: Ledger, question: model.Evidence, scope: Scope, cursors: Cursors) -> Viewed:
    """What proves an entry to an outsider; of its facts those that the scope is shown, and their payloads likewise."""
    views = FactViews(ledger, scope)

    def opens(fact: Fact) -> tuple[bool, bool]:
        clear, payload = views.opens(fact)
        return clear, payload and not question.closed

    proof = inclusion_proof(ledger, question.seq, None)["file"]
    file = evidence_of(ledger, question.seq, question.facts, opens) | {"entry_proof": proof}
    data = {"seq": question.seq, "file": canon.encode(file).decode() + "\n", "vkey": file["vkey"]}
    return Viewed(data, views.everybody(), ())
