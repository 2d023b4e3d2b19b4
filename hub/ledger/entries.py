"""Entry v1: what is asked to be appended, and the bytes of a leaf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.errors import InvalidInput
from hub.domain.kinds import Log
from hub.ledger import canon
from hub.ledger.seal import Sealed

ENTRY_V = 1
LEAF_FIELDS = (
    "v", "seq", "at", "actor", "agency", "action", "purpose", "basis", "policy_version", "request", "n", "facts_root",
)  # fmt: skip
LARGEST_LEAF = 1024


@dataclass(frozen=True, slots=True)
class Warrant:
    """Under which authority an entry is made: who, for which agency, doing what, why, by which rules."""

    actor: str
    action: str
    purpose: str
    basis: str
    """Legal basis of the purpose, as the policy states it."""
    policy_version: int
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class ReadSet:
    """What a decision looked at: versions of subjects (0 for none) and results of look-ups."""

    versions: Mapping[str, int] = field(default_factory=dict)
    finds: Mapping[tuple[str, bytes], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pending:
    """One entry that waits to be appended."""

    log: Log
    warrant: Warrant
    request: str
    body: bytes
    """SHA-256 of the request's canonical body: the same id with another body is a conflict."""
    sealed: Sealed
    reads: ReadSet = field(default_factory=ReadSet)


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands, durably. `repeated`: it stood there before this request."""

    seq: int
    leaf_hash: bytes
    at: str
    subject: str | None
    version: int | None
    repeated: bool = False


def leaf(pending: Pending, seq: int, at: str) -> dict[str, Any]:
    """The fields of a leaf, ready for canonical JSON."""
    warrant = pending.warrant
    return {
        "v": ENTRY_V, "seq": seq, "at": at, "actor": warrant.actor, "agency": warrant.agency,
        "action": warrant.action, "purpose": warrant.purpose, "basis": warrant.basis,
        "policy_version": warrant.policy_version, "request": pending.request,
        "n": len(pending.sealed.facts), "facts_root": pending.sealed.facts_root.hex(),
    }  # fmt: skip


def leaf_bytes(fields: Mapping[str, Any]) -> bytes:
    """Canonical bytes of a leaf. Raises InvalidInput at 1 KiB: a leaf holds no free text."""
    data = canon.encode(fields)
    if len(data) >= LARGEST_LEAF:
        raise InvalidInput("An entry must stay under 1 KiB.", "Shorten the purpose's legal basis.")
    return data
