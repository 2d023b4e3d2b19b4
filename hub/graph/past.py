"""A question about one person, household or enrolment, answered as the graph would have answered it after an earlier
entry: values of then, rights of today.

The selection is compiled once for today, so that what can't be asked is refused alike; then the same fields
(hub.graph.select_fields) are read from a replay, and the scope's Python twins stand for its Cypher.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hub.access.conditions import ALWAYS, NEVER, Condition, any_of
from hub.access.scope import Scope
from hub.access.treating import treated
from hub.access.vocabulary import PERSONAL, Treatment
from hub.domain.errors import InvalidInput
from hub.domain.selection import Pick, Selection
from hub.graph.replay import WAYS_BACK, Replay
from hub.graph.select import Prepared
from hub.graph.select_conditions import gate, usable
from hub.graph.select_fields import FIELDS, TRAIL, Codes, Link, Measures, Trail, Value, Values, camel
from hub.graph.select_objects import At, Compiler
from hub.questions import model
from hub.questions.model import Page, Viewed

_PATTERN = re.compile(r"\(\{n\}\)(<?)-\[:(\w+)\]-(>?)\(\{m\}:(\w+)(?: \{\{status: '(\w+)'\}\})?\)")
_TELLING = re.compile(r"\(\{n\}\)-\[:(\w+)\]->\(:SourceRecord\)")
_ORDERS = {
    "{m}.id": (("id", False),), "{m}.code": (("code", False),),
    "{m}.paid_on, {m}.id": (("paid_on", False), ("id", False)),
    "{m}.as_of DESC, {m}.id DESC": (("as_of", True), ("id", True)),
}  # fmt: skip


class Rights(Protocol):
    """What a scope sees today."""

    def holds(self, condition: Condition, label: str, subject: str) -> bool:
        """Whether a condition on the rows of a label holds for a subject."""

    def treats(self, label: str, name: str, subject: str) -> Treatment:
        """How a value of a subject is shown."""


@dataclass(frozen=True, slots=True)
class Way:
    """A link's relationship: its type, whether it starts at this object, and what stands at its other end."""

    type: str
    along: bool
    label: str
    status: str | None


def way_of(link: Link) -> Way | None:
    """How a replay follows a link; None where it can't."""
    found = _PATTERN.fullmatch(link.pattern)
    if found is None or link.order not in _ORDERS:
        return None
    back, type_, _, label, status = found.groups()
    way = Way(type_, not back, label, status)
    known = way.along or type_ in WAYS_BACK
    return way if known else None


def answer_then(prepared: Prepared, question: Any, scope: Scope, replay: Replay, rights: Rights) -> Viewed:
    """The answer to a question by id. `prepared`: the same question as it is put to the graph today.

    Raises InvalidInput for a field that is known for today only.
    """
    label = _LABELS[type(question)]
    reading = _Then(scope, replay, rights)
    reading.demand(label, question.selection)
    subject = replay.became(question.id)
    found = reading.object(label, subject, question.selection) if reading.passes(label, subject) else None
    return Viewed(found, tuple(reading.seen), prepared.masked, tuple(reading.trails))


_LABELS: Mapping[type, str] = {
    model.PersonById: "Person", model.HouseholdById: "Household", model.EnrolmentById: "Enrolment",
}  # fmt: skip


class _Then:
    """Objects of one answer."""

    def __init__(self, scope: Scope, replay: Replay, rights: Rights) -> None:
        self._scope = scope
        self._replay = replay
        self._rights = rights
        self._compiler = Compiler(scope)
        self.seen: dict[str, None] = {}
        self.trails: list[model.Trail] = []

    def demand(self, label: str, selection: Selection) -> None:
        """InvalidInput where a picked link can't be followed into the past, whoever asks."""
        for each in selection:
            how = FIELDS[label].get(each.name)
            if isinstance(how, Link | Values):
                if isinstance(how, Values) or way_of(how) is None:
                    raise InvalidInput(
                        f"{label}.{camel(each.name)} is known for today only.", "Leave it out, or asOf."
                    )
                self.demand(how.label, each.picks)

    def passes(self, label: str, subject: str) -> bool:
        """Whether there was such a node, and whether its row, and ends that it must have, may be seen today."""
        found = gate(self._scope, label)
        if self._replay.node(label, subject) is None or found.closed:
            return False
        return self._holds(found.condition, label, subject) and all(
            any(self.passes(link.label, to) for to in self._ends(label, subject, link))
            for link, _ in found.ends
        )

    def object(self, label: str, subject: str, picks: Selection) -> dict[str, Any]:
        """A node that passes, as picked."""
        node = self._replay.node(label, subject) or {}
        if label in PERSONAL:
            self.seen[subject] = None
            if label == "Enrolment":
                self.seen[str(node["person"])] = None
        asked = {each.name for each in picks}
        made: dict[str, Any] = {}
        for each in picks:
            if isinstance(FIELDS[label].get(each.name), Trail):
                made[each.key] = None
                self.trails.append(self._trail(label, subject, each, made))
            else:
                made[each.key] = self._picked(label, node, each, asked)
        return made

    def _picked(self, label: str, node: Mapping[str, Any], each: Pick, asked: set[str]) -> Any:
        if each.name == "withheld":
            return list(self._withheld(label, str(node["id"]), each, asked))
        how = FIELDS[label][each.name]
        match how:
            case Value():
                shown = self._rights.treats(label, how.property, str(node["id"]))
                return treated(shown, node.get(how.property))
            case Codes():
                codes = [{"system": name, "code": node.get(key)} for name, key in how.systems]
                return [_cut(code, each) for code in codes if code["code"] is not None]
            case Measures():
                return self._findings(label, str(node["id"]), how, each)
            case Link():
                return self._linked(label, str(node["id"]), how, each)
        raise AssertionError("a trail is noted, not picked")

    def _trail(self, label: str, subject: str, each: Pick, into: dict[str, Any]) -> model.Trail:
        page = Page(each.arguments.get("first", 20), each.arguments.get("after"))
        shown = subject if self._holds(self._scope.rows(*TRAIL), label, subject) else None
        return model.Trail(into, each.key, shown, "", each.picks, page)

    # -- links ---------------------------------------------------------------------------------------------

    def _linked(self, label: str, subject: str, link: Link, each: Pick) -> Any:
        ends = [to for to in self._ends(label, subject, link) if self._links(label, subject, link, to)]
        ends = [to for to in ends if self.passes(link.label, to) and self._fits(to, each)]
        found = [self.object(link.label, to, each.picks) for to in (ends if link.many else ends[:1])]
        return found if link.many else next(iter(found), None)

    def _ends(self, label: str, subject: str, link: Link) -> list[str]:
        """Who stood at the other end, in the link's order."""
        way = way_of(link)
        assert way is not None  # see demand; a gate's own links can all be followed
        found = dict.fromkeys(
            to for to, _ in self._replay.beside(label, subject, way.type, way.along, way.label)
        )
        nodes = [self._replay.node(link.label, to) or {} for to in found]
        kept = [each for each in nodes if way.status in (None, each.get("status"))]
        for name, falling in reversed(_ORDERS[link.order]):
            kept.sort(key=lambda each: str(each.get(name)), reverse=falling)
        return [str(each["id"]) for each in kept]

    def _links(self, label: str, subject: str, link: Link, to: str) -> bool:
        """Whether what the link itself tells may be seen."""
        if link.guard and not self._holds(usable(self._scope, label, link.guard), label, subject):
            return False
        if link.only is None:
            return True
        name, value = link.only
        node = self._replay.node(link.label, to) or {}
        return value in (None, node.get(name)) and self._holds(
            usable(self._scope, link.label, name), link.label, to
        )

    def _fits(self, to: str, each: Pick) -> bool:
        wanted = each.arguments.get("filter") or {}
        node = self._replay.node("Enrolment", to) if wanted else None
        if node is None:
            return True
        if wanted.get("status") not in (None, node.get("status")):
            return False
        code = wanted.get("programme")
        programmes = self._replay.beside("Enrolment", to, "IN_PROGRAMME", True, "Programme")
        codes = [(self._replay.node("Programme", each) or {}).get("code") for each, _ in programmes]
        return code is None or code in codes

    # -- findings ------------------------------------------------------------------------------------------

    def _findings(self, label: str, subject: str, how: Measures, each: Pick) -> list[dict[str, Any]]:
        found = []
        for record, assessment, release in dict.fromkeys(self._found(label, subject, how)):
            node = self._replay.node("Assessment", assessment) or {}
            told = self._replay.node("Release", release) or {}
            if told.get("status") != "CLOSED" or not self._holds(
                self._scope.reads("Assessment"), "Assessment", record
            ):
                continue
            for kind in how.classes:
                if self._shows(kind, record):
                    names, values = (node.get(f"{kind}_{part}") or () for part in ("measures", "values"))
                    found += [(told, *pair) for pair in zip(names, values, strict=True)]
        found.sort(key=lambda one: (str(one[0]["as_of"]), str(one[0]["label"]), one[1], one[2]))
        return [_cut(_finding(*one), each) for one in found]

    def _found(self, label: str, subject: str, how: Measures) -> Iterator[tuple[str, str, str]]:
        """(record, assessment, release), of a dwelling only for those releases in which it was named."""
        telling = _TELLING.match(how.patterns[0])
        assert telling is not None
        for record, _ in self._replay.beside(label, subject, telling[1], True, "SourceRecord"):
            yield from self._assessed(record)
            if len(how.patterns) > 1:
                for dwelling, bears in self._replay.beside(
                    "SourceRecord", record, "FROM_DWELLING", True, "SourceRecord"
                ):
                    yield from (one for one in self._assessed(dwelling) if one[2] == bears["release"])

    def _assessed(self, record: str) -> Iterator[tuple[str, str, str]]:
        for assessment, _ in self._replay.beside("SourceRecord", record, "ASSESSED_AS", True, "Assessment"):
            for release, _ in self._replay.beside("Assessment", assessment, "FOUND_IN", True, "Release"):
                yield record, assessment, release

    def _shows(self, kind: str, record: str) -> bool:
        cases = self._scope.treatment("Assessment", f"{kind}_values")
        shown = any_of(when for how, when in cases if how is Treatment.SHOW)
        return self._holds(shown, "Assessment", record)

    # -- what is withheld ----------------------------------------------------------------------------------

    def _withheld(self, label: str, subject: str, each: Pick, asked: set[str]) -> Iterator[dict[str, Any]]:
        at = At(label, "n", self._scope.reads(label))
        for name, how in FIELDS[label].items():
            cases = self._compiler.field_cases(at, how) if name in asked else None
            if cases is None:
                continue
            reason = next(
                (how for how, when in cases if self._holds(when, label, subject)), Treatment.WITHHOLD
            )
            if reason is not Treatment.SHOW:
                yield _cut({"field": camel(name), "reason": reason.name}, each)

    def _holds(self, condition: Condition, label: str, subject: str) -> bool:
        if condition in (ALWAYS, NEVER):
            return condition == ALWAYS
        return self._rights.holds(condition, label, subject)


def _finding(release: Mapping[str, Any], measure: str, value: str) -> dict[str, Any]:
    as_of = release.get("as_of")
    return {
        "register": release["register"], "release": release["label"], "measure": measure, "value": value,
        "withheld": False, "assessed_on": as_of.isoformat() if as_of else None,
    }  # fmt: skip


def _cut(found: Mapping[str, Any], each: Pick) -> dict[str, Any]:
    picks: Sequence[Pick] = each.picks or (Pick("field", "field"), Pick("reason", "reason"))
    return {pick.key: found[pick.name] for pick in picks}
