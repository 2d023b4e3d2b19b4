"""The second log: who saw what, with its own numbers and checkpoints, bound to the rights it was given under."""

from __future__ import annotations

import pytest

from hub.domain.errors import VersionConflict
from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.audit import verify
from hub.ledger.entries import Appended, Pending
from hub.ledger.note import Verifier
from hub.ledger.store import Ledger
from tests.contract.ledger_worlds import (
    ORIGIN,
    agency,
    commit,
    disclose,
    everything,
    pend,
    together,
    warrant,
)


def _seen(ledger: Ledger, versions: dict[str, int]) -> Pending:
    clear = {"question": "PersonByNik", "fields": ["name"], "withheld": []}
    draft = Draft(new_id(), "ViewDisclosed", new_id(), (("seen", new_id()),), clear)
    return ledger.disclosure(warrant(action="person:read"), draft, versions)


def test_disclosures_are_numbered_on_their_own_and_change_no_subject(ledger: Ledger) -> None:
    subject = commit(ledger, agency()).subject or ""
    before = ledger.subjects([subject])
    receipts = [disclose(ledger, subject, new_id()) for _ in range(3)]
    assert [each.seq for each in receipts] == [1, 2, 3]
    assert commit(ledger, agency()).seq == 2
    assert ledger.subjects([subject]) == before
    assert len(everything(ledger)["subject"]) == 2
    assert len(ledger.find("seen", subject)) == 3
    entry = ledger.entry(Log.DISCLOSURES, 2)
    assert entry.facts[0].refs_as("seen")[0] == subject
    assert entry.facts[0].clear["withheld"] == ["mother_name"]
    assert verify(ledger).entries == {"changes": 2, "disclosures": 3}


def test_each_log_has_its_own_checkpoints_under_its_own_name(ledger: Ledger) -> None:
    for _ in range(3):
        disclose(ledger, new_id())
    assert ledger.proofs.checkpoint(Log.CHANGES) is None
    signed = ledger.proofs.checkpoint(Log.DISCLOSURES)
    assert signed is not None
    assert (signed.origin, signed.size) == (f"{ORIGIN}/disclosures", 3)
    commit(ledger, agency())
    other = ledger.proofs.checkpoint(Log.CHANGES)
    assert other is not None
    assert (other.origin, other.size) == (f"{ORIGIN}/changes", 1)
    keys = {log: ledger.proofs.signers[log].verifier.vkey for log in Log}
    assert keys[Log.CHANGES] != keys[Log.DISCLOSURES]
    assert Verifier.from_vkey(keys[Log.DISCLOSURES]).open(signed.note) == signed
    assert verify(ledger).checkpoints == 2


def test_an_answer_under_rights_that_have_changed_is_not_recorded(ledger: Ledger) -> None:
    actor, policy = new_id(), new_id()
    commit(ledger, agency(actor), agency(policy))
    disclose(ledger, versions={actor: 1, policy: 1})
    commit(ledger, agency(actor))
    before = everything(ledger)
    for versions in ({actor: 1, policy: 1}, {actor: 3}, {policy: 0}, {new_id(): 1}):
        with pytest.raises(VersionConflict):
            disclose(ledger, new_id(), versions=versions)
    assert everything(ledger) == before
    assert disclose(ledger, versions={actor: 2, policy: 1}).seq == 2


def test_rights_that_change_in_the_same_group_count_as_changed(ledger: Ledger) -> None:
    actor = commit(ledger, agency()).subject or ""
    group = [_seen(ledger, {actor: 1}), pend(ledger, agency(actor)), _seen(ledger, {actor: 1})]
    found = together(ledger, group)
    assert [type(each) for each in found] == [Appended, Appended, VersionConflict]
    assert [ledger.size(log) for log in Log] == [3, 1]
    assert verify(ledger).ok
