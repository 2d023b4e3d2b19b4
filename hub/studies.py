"""Questions about the policy itself: why somebody may, and what a change would do. They give no row and no value.

What is told of a subject is told only where the asker's own scope opens it, and is then recorded as seen; else the
answer is that of a subject that does not exist (hub/docs/decisions/0026).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from hub.access.change import Change, changed, differences
from hub.access.conditions import Atom
from hub.access.explain import About, Explanation, Weighed, about, explain
from hub.access.policy import Policy
from hub.access.rulebook import Rule
from hub.access.scope import Scope
from hub.access.simulate import Effect, effects, reach
from hub.access.vocabulary import ACTIONS, Treatment
from hub.access.wording import rows_in_words, treated_in_words
from hub.commands.access import find_actor, standing_of
from hub.commands.keepers import demand_keepers, keepers
from hub.domain.errors import InvalidInput, Unavailable, VersionConflict
from hub.domain.facts import Standing
from hub.domain.ids import as_uuid
from hub.graph.read import GraphReader, whole
from hub.graph.weigh import Compared, Statement, asked, counted, in_graph
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed

_COUNTED = 100
"""How many statements one simulation may run; effects beyond them are told without counts."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What such a question is answered with: both sides, and the rights of who asks."""

    ledger: Ledger
    reader: GraphReader
    scope: Scope
    policy: Policy


async def study(question: Any, desk: Desk) -> Viewed:
    """Answer a question of STUDIES."""
    if isinstance(question, model.AccessExplained):
        return await _explained(question, desk)
    return await _simulated(question, desk)


STUDIES = frozenset({model.AccessExplained, model.PolicySimulated})


# -- why somebody may ----------------------------------------------------------------------------------------


async def _explained(question: model.AccessExplained, desk: Desk) -> Viewed:
    standing = await asyncio.to_thread(_standing, desk.ledger, question.actor)
    purpose = question.purpose or _usual_purpose(desk.policy, standing, desk.scope.day)
    if purpose and purpose not in desk.policy.book.purposes:
        known = ", ".join(sorted(desk.policy.book.purposes))
        raise InvalidInput(f"There is no purpose {purpose!r}.", f"Name one of {known}.")
    thing = about(question.action, question.field)
    found = explain(desk.policy, standing, thing, purpose, desk.scope.day)
    holds = None
    if question.subject is not None:
        found, holds = await _of_subject(question, desk, standing, found)
    data = _explanation(found, holds, question.subject is not None)
    seen = (question.subject,) if question.subject is not None and holds is not None else ()
    return Viewed(data, seen, ())


def _standing(ledger: Ledger, name_or_id: str) -> Standing:
    return standing_of(find_actor(ledger.history(), name_or_id), "")


def _usual_purpose(policy: Policy, standing: Standing, day: str) -> str:
    """The purpose of a request that names none; blank for an actor that may name none at all."""
    roles = {seat.role for seat in policy.seats(standing, day)}
    usual = sorted({policy.book.roles[role].default_purpose for role in roles})
    if len(usual) > 1:
        raise InvalidInput(
            "The roles of this actor serve several purposes.", f"Name one of {', '.join(usual)}."
        )
    return usual[0] if usual else ""


async def _of_subject(
    question: model.AccessExplained, desk: Desk, standing: Standing, found: Explanation
) -> tuple[Explanation, Callable[[Atom], bool] | None]:
    """The explanation for the label of a subject, and what its predicates say; None where the asker may not know."""
    subject = as_uuid(question.subject or "", "subject")
    whole(await desk.reader.head())
    labels = (found.about.label,) if question.field and "." in question.field else ACTIONS[question.action]
    for label in filter(in_graph, labels):
        thing = (
            about(question.action, question.field, (label,))
            if question.field
            else About(question.action, label)
        )
        if thing.label != label:
            continue
        there = explain(desk.policy, standing, thing, found.scope.purpose, desk.scope.day)
        statement = asked(desk.scope, there.scope, label, subject, there.atoms)
        rows = await desk.reader.run(statement.text, statement.params)
        if rows:
            said = {atom: bool(rows[0][f"p{place}"]) for place, atom in enumerate(there.atoms)}
            return there, partial(_said_of, said)
    return found, None


def _said_of(said: Mapping[Atom, bool], atom: Atom) -> bool:
    return said.get(atom, False)


def _explanation(
    found: Explanation, holds: Callable[[Atom], bool] | None, about_subject: bool
) -> dict[str, Any]:
    scope, thing = found.scope, found.about
    treated = () if thing.field is None else scope.treatment(thing.label, thing.field)
    return {
        "actor": scope.actor, "roles": list(scope.roles), "purpose": scope.purpose or None,
        "legal_basis": scope.basis or None, "policy_version": scope.policy_version,
        "refusal": scope.refusal or None, "about": str(thing), "allowed": found.allowed(holds),
        "treatment": found.treatment(holds).value if thing.field else None,
        "rows": rows_in_words(found.rows, scope.parameters),
        "shown": treated_in_words(treated, scope.parameters) if thing.field else None,
        "subject_told": holds is not None if about_subject else None,
        "deciding": [_rule(each, holds) for each in found.deciding(holds)],
        "nearly": [] if found.treatment(holds) is Treatment.SHOW else _nearly(found, holds),
    }  # fmt: skip


def _nearly(found: Explanation, holds: Callable[[Atom], bool] | None) -> list[dict[str, Any]]:
    """Rules that would have opened it, or more of it: those that miss this row first."""
    decided = found.deciding(holds)
    applying = found.applying if holds else ()
    missed = [each for each in applying if each.rule.allow and each not in decided]
    return [*(_rule(each, holds, "it is not about this one") for each in missed),
            *(_rule(each, None) for each in found.nearly)]  # fmt: skip


def _rule(weighed: Weighed, holds: Callable[[Atom], bool] | None, *more: str) -> dict[str, Any]:
    return {"rule": rule_dict(weighed.rule), "reasons": [*weighed.reasons, *more]}


def rule_dict(rule: Rule) -> dict[str, Any]:
    """A rule as the API names it."""
    return {
        "line": rule.line, "role": rule.role, "agency": rule.agency, "action": rule.act, "about": rule.obj,
        "purpose": rule.purpose, "predicate": rule.predicate, "treatment": rule.treatment.value,
        "allow": rule.allow,
    }  # fmt: skip


# -- what a change would do ----------------------------------------------------------------------------------


async def _simulated(question: model.PolicySimulated, desk: Desk) -> Viewed:
    running, day = desk.policy, desk.scope.day
    if question.base_version not in (None, running.version):
        raise VersionConflict(
            f"Version {running.version} of the policy is in force.", "Look at it and try the change anew."
        )
    change = Change(question.add_rules, question.remove_rules, question.files)
    candidate = await asyncio.to_thread(
        lambda: Policy.load(changed(running.texts, change), running.version + 1)
    )
    standings, told = await asyncio.to_thread(_actors, desk.ledger, running, candidate, day)
    found = await asyncio.to_thread(effects, running, candidate, standings, day)
    counts = await _counts(desk, found)
    spread = reach(running, candidate, day)
    data = {
        **told, "base_version": running.version, "digest": candidate.digest,
        "differences": [
            {"file": one.file, "added": list(one.added), "removed": list(one.removed)}
            for one in differences(running.texts, candidate.texts)
        ],
        "effects": [_effect(each, counts.get(place)) for place, each in enumerate(found)],
        "uncounted": sum(bool(each.actors) and in_graph(each.label) for each in found) - len(counts),
        "open_to_nobody": list(spread.to_nobody), "open_to_everybody": list(spread.to_everybody),
    }  # fmt: skip
    return Viewed(data, (), ())


def _actors(
    ledger: Ledger, running: Policy, candidate: Policy, day: str
) -> tuple[list[Standing], dict[str, Any]]:
    """Everybody with an account, and who could change the policy afterwards. Raises as a proposal would."""
    history = ledger.history()
    demand_keepers(history, running, candidate, day)
    after = keepers(history, candidate, day)
    found = ledger.subjects(ledger.find("actors", "all")).values()
    told = {"four_eyes": after.four_eyes.name, "approvers": sorted(after.approvers)}
    return [standing_of(each, "") for each in found], told


async def _counts(desk: Desk, found: list[Effect]) -> Mapping[int, tuple[int, int]]:
    """(rows that show more, rows that show less) by place of the effect, as far as they lie in the graph."""
    groups: dict[tuple[int, int, str], list[int]] = {}
    for place, each in enumerate(found):
        if each.actors and in_graph(each.label):
            groups.setdefault((id(each.before), id(each.after), each.label), []).append(place)
    counts: dict[int, tuple[int, int]] = {}
    try:
        whole(await desk.reader.head())
        for places in list(groups.values())[:_COUNTED]:
            (row,) = await _run(desk, _statement([found[place] for place in places]))
            for at, place in enumerate(places):
                counts[place] = row[f"more{at}"], row[f"less{at}"]
    except Unavailable:  # the rest is worth knowing all the same, and says that it was not counted
        pass
    return counts


def _statement(alike: list[Effect]) -> Statement:
    things = [Compared(each.action, each.label, each.field) for each in alike]
    return counted(alike[0].before, alike[0].after, things)


async def _run(desk: Desk, statement: Statement) -> Iterable[Mapping[str, Any]]:
    return await desk.reader.run(statement.text, statement.params)


def _effect(effect: Effect, count: tuple[int, int] | None) -> dict[str, Any]:
    return {
        "roles": list(effect.roles), "actors": list(effect.actors), "purpose": effect.purpose,
        "action": effect.action, "label": effect.label, "field": effect.field,
        "before": _said(effect.before, effect), "after": _said(effect.after, effect),
        "rows_gained": count[0] if count else None, "rows_lost": count[1] if count else None,
    }  # fmt: skip


def _said(scope: Scope, effect: Effect) -> str:
    if effect.field is None:
        return rows_in_words(scope.rows(effect.action, effect.label), scope.parameters)
    return treated_in_words(scope.treatment(effect.label, effect.field), scope.parameters)
