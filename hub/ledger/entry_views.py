"""Entries, their facts and releases as the API names them, before anything is masked."""

from __future__ import annotations

from typing import Any

from hub.domain.facts import Fact, Json, Subject
from hub.domain.kinds import KINDS
from hub.ledger.store import Entry

PERSONAL_TYPES = ("Person", "SourceRecord", "FamilyCard", "Address", "Enrolment", "Match", "Household")
"""Types of subjects that are about living persons."""


def entry_dict(entry: Entry) -> dict[str, Any]:
    """An entry as the API names it, without its facts."""
    return {
        "seq": entry.seq, "recorded_at": entry.at, "actor": entry.actor, "agency": entry.agency,
        "action": entry.action, "purpose": entry.purpose, "legal_basis": entry.basis,
        "policy_version": entry.policy_version, "leaf_hash": entry.leaf_hash.hex(),
        "subjects": list(dict.fromkeys(fact.subject for fact in entry.facts)),
    }  # fmt: skip


def content(fact: Fact, values: bool) -> dict[str, Json]:
    """What a fact says, with its personal values or without."""
    content: dict[str, Json] = {**fact.clear}
    if fact.refs:
        content["refs"] = [{"role": role, "id": to} for role, to in fact.refs]
    if values and fact.payload is not None:
        content["payload"] = fact.payload
    return content


def listed(entry: Entry) -> dict[str, Any]:
    """An entry in a list, with its facts."""
    return {**entry_dict(entry), "facts": [_listed(fact) for fact in entry.facts]}


def _listed(fact: Fact) -> dict[str, Any]:
    """A fact in a list: what it says of persons is opened, and recorded as seen, entry by entry."""
    personal = KINDS[fact.kind].type in PERSONAL_TYPES
    hidden = [*(["clear"] if personal else []), *(["payload"] if fact.sealed else [])]
    return {
        "kind": fact.kind, "subject": fact.subject, "before": None,
        "after": None if personal else content(fact, False), "erased": False,
        "withheld": [{"field": name, "reason": "list"} for name in hidden],
    }  # fmt: skip


_RELEASE_FIELDS = ("register", "label", "as_of", "status", "digest")


def release_dict(release: Subject) -> dict[str, Any]:
    """A release as the API names it."""
    counts = {name: release.state.get(name, 0) for name in ("accepted", "repeated", "refused", "chunks")}
    return {"id": release.id, **{name: release.state[name] for name in _RELEASE_FIELDS}, **counts}
