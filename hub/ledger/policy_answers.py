"""The policy in force, its versions, the changes that wait, and the actors with their grants. Nobody poor is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.access.change import differences
from hub.access.conditions import NEVER
from hub.access.rulebook import Rulebook, read_rulebook
from hub.access.scope import Scope
from hub.commands.governing import PROPOSED
from hub.commands.reading import named
from hub.domain.facts import Fact, Json, Subject
from hub.domain.kinds import Log
from hub.ledger.answering import Cursors, connection, page_of, page_size
from hub.ledger.entry_views import listed
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed

_VERSIONS, _ACTORS = "policy_versions", "actors"


def running_policy(ledger: Ledger, question: model.RunningPolicy, scope: Scope, cursors: Cursors) -> Viewed:
    """The policy in force, with the changes to it that wait for approval."""
    history = ledger.history()
    policy = named(history, "policy", "running", "policy")
    texts = policy.state["rules"]
    book = read_rulebook(texts)
    data = {
        "version": policy.state["version"], "digest": policy.state["digest"],
        "adopted_at": ledger.last_about(policy.id).at, "four_eyes": book.four_eyes.name,
        "files": [{"name": name, "text": text} for name, text in sorted(texts.items())],
        **_book(book), "changes": _waiting(ledger, policy),
    }  # fmt: skip
    return Viewed(data, (), ())


def _book(book: Rulebook) -> dict[str, Any]:
    rules = [
        {"line": each.line, "role": each.role, "agency": each.agency, "action": each.act, "about": each.obj,
         "purpose": each.purpose, "predicate": each.predicate, "treatment": each.treatment.value,
         "allow": each.allow}
        for each in book.rules
    ]  # fmt: skip
    roles = [
        {"code": each.code, "name": each.name, "comes_for": each.comes_for,
         "default_purpose": each.default_purpose}
        for each in book.roles.values()
    ]  # fmt: skip
    purposes = [
        {"code": each.code, "name": each.name, "legal_basis": each.basis, "roles": sorted(each.roles),
         "classes": sorted(each.classes)}
        for each in book.purposes.values()
    ]  # fmt: skip
    predicates = [{"name": each.name, "says": each.says} for each in book.predicates.values()]
    return {"rules": rules, "roles": roles, "purposes": purposes, "predicates": predicates}


def _waiting(ledger: Ledger, policy: Subject) -> list[dict[str, Any]]:
    """Changes that may still be approved, newest first: those for the version in force."""
    found = ledger.subjects(ledger.find("policy_changes", "all")).values()
    waiting = [
        each
        for each in found
        if each.state["status"] == PROPOSED and each.state["base"] == policy.state["version"]
    ]
    facts = ledger.facts(each.state["proposed"] for each in waiting)
    instants = ledger.instants(facts)
    rules: Mapping[str, str] = policy.state["rules"]
    changes = []
    for each in sorted(waiting, key=lambda each: each.id, reverse=True):
        fact, state = facts[each.state["proposed"]], each.state
        changes.append({
            "id": each.id, "version": each.version, "digest": state["digest"],
            "proposed_by": state["proposed_by"], "proposed_at": instants[fact.id],
            "reason": (fact.payload or {}).get("reason"),
            "differences": [
                {"file": one.file, "added": list(one.added), "removed": list(one.removed)}
                for one in differences(rules, {**rules, **state["files"]})
            ],
        })  # fmt: skip
    return changes


def policy_versions(ledger: Ledger, question: model.PolicyVersions, scope: Scope, cursors: Cursors) -> Viewed:
    """Every version with who put it in force, why, and its entry for those who may read entries."""
    first = page_size(question.page)
    policy = named(ledger.history(), "policy", "running", "policy")
    adopted = [fact for fact in ledger.facts_of(policy.id) if fact.kind == "PolicyAdopted"][::-1]
    if question.page.after is not None:
        place = int(cursors.open(_VERSIONS, question.page.after))
        page = [fact for fact in adopted if fact.clear["version"] < place]
    else:
        page = adopted
    page = page[: first + 1]
    former = {fact.clear["version"]: fact for fact in adopted}
    entries = scope.rows("entry:read", "Entry") != NEVER
    nodes = [
        (str(fact.clear["version"]), _version(ledger, fact, former.get(fact.clear["version"] - 1), entries))
        for fact in page
    ]
    return Viewed({**connection(nodes, first, cursors, _VERSIONS), "total_count": len(adopted)}, (), ())


def _version(ledger: Ledger, fact: Fact, former: Fact | None, entries: bool) -> dict[str, Any]:
    entry = ledger.entry(Log.CHANGES, fact.seq, opened=False)
    change = fact.ref("change")
    proposed = ledger.facts_of(change)[0] if change else None
    told = (proposed or fact).payload or {}
    before: Mapping[str, str] = former.clear["rules"] if former else fact.clear["rules"]
    return {
        "version": fact.clear["version"], "digest": fact.clear["digest"], "adopted_by": entry.actor,
        "adopted_at": entry.at, "proposed_by": proposed.clear["proposed_by"] if proposed else None,
        "reason": told.get("reason"), "seq": entry.seq, "entry": listed(entry) if entries else None,
        "differences": [
            {"file": one.file, "added": list(one.added), "removed": list(one.removed)}
            for one in differences(before, fact.clear["rules"])
        ],
    }  # fmt: skip


def actors(ledger: Ledger, question: model.Actors, scope: Scope, cursors: Cursors) -> Viewed:
    """All actors by log-in name, machines among them, with every grant they were ever given."""
    found = list(ledger.subjects(ledger.find("actors", "all")).values())
    first, names = page_size(question.page), actor_names(ledger, found)

    def place(actor: Subject) -> str:
        return f"{names[actor.id]}\0{actor.id}"

    shown = page_of(sorted(found, key=place), place, question.page, cursors, _ACTORS)
    nodes = [(place(each), _actor(each, names[each.id])) for each in shown]
    return Viewed({**connection(nodes, first, cursors, _ACTORS), "total_count": len(found)}, (), ())


def actor_names(ledger: Ledger, actors: Sequence[Subject]) -> dict[str, str]:
    """Log-in name of each actor by id; blank where it was erased."""
    payloads = ledger.payloads(each.state["registered"] for each in actors)
    return {each.id: (payloads.get(each.state["registered"]) or {}).get("name", "") for each in actors}


def _actor(actor: Subject, name: str) -> dict[str, Json]:
    state = actor.state
    grants = [
        {"id": each["grant"], "role": each["role"], "agency": each["agency"], "territory": each["territory"],
         "starts_on": each["starts_on"], "ends_on": each["ends_on"], "revoked_on": each.get("revoked_on")}
        for each in state.get("grants", [])
    ]  # fmt: skip
    return {
        "id": actor.id, "version": actor.version, "name": name, "agency": state["agency"],
        "machine": state["machine"], "suspended": bool(state.get("suspended")), "grants": grants,
    }  # fmt: skip
