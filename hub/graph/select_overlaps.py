"""Overlaps, compiled: which enrolments a rule forbids or flags, found and shown under one scope in one statement.

The rules come as a parameter. A rule looks at an enrolment only where `overlap:find` opens it and its person may be
seen; what it says is shown only where `enrolment:read` opens it too, and is else named as withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.access.conditions import ALWAYS, NEVER
from hub.access.scope import Scope
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.selection import shape
from hub.graph.select import Prepared, arguments_of, between_heads, columns_of, edges_of, places_of, trails_of
from hub.graph.select_conditions import cypher, gate, passes, under, usable
from hub.graph.select_fields import Node, numbered
from hub.graph.select_objects import At, Compiler
from hub.graph.select_view import Noted, Row, Shape, connection
from hub.questions.cursor import seal_cursor
from hub.questions.model import Overlaps, Viewed
from hub.questions.overlaps import narrowed, rules_asked
from hub.questions.plan import span_of

_RULE = {
    "code": "code", "kind": "kind", "severity": "severity", "says": "says", "basis": "basis",
    "programmes": "programmes", "against": "against", "presence": "presence", "from": "from_on", "to": "to_on",
}  # fmt: skip
_HELD = "{e}.status IN ['ENROLLED', 'SUSPENDED']"
_OF_KIND = "UNWIND [each IN $rules WHERE each.kind = '{kind}'] AS r"
_TWICE = (
    "MATCH (a:Enrolment)-[:FOR_PERSON]->(p:Person) MATCH (a)-[:IN_PROGRAMME]->(g:Programme) WHERE {held} "
    "WITH r, p, g, collect(a) AS es WHERE size(es) > 1 "
    "RETURN r, p, null AS h, es, r.code + ' ' + p.id + ' ' + g.code AS key"
)
_PRESENCE = (
    "MATCH (a:Enrolment)-[:FOR_PERSON]->(p:Person) MATCH (a)-[:IN_PROGRAMME]->(g:Programme) WHERE {held} "
    "AND (p.presence IN r.presence OR (p.alive = false AND 'DEAD' IN r.presence)) "
    "WITH r, p, collect(a) AS es RETURN r, p, null AS h, es, r.code + ' ' + p.id AS key"
)
_ONE = (
    "MATCH (a:Enrolment)-[:FOR_PERSON]->(p:Person)-[:MEMBER_OF]->(h:Household) "
    "MATCH (a)-[:IN_PROGRAMME]->(g:Programme) WHERE {held} "
    "WITH r, h, g, collect(a) AS es, count(DISTINCT p) AS persons WHERE persons > 1 "
    "RETURN r, null AS p, h, es, r.code + ' ' + h.id + ' ' + g.code AS key"
)
_EXCLUSIVE = (
    "MATCH (g:Programme) WHERE g.code IN r.programmes MATCH (k:Programme) WHERE k.code IN r.against AND k <> g "
    "MATCH (g)<-[:IN_PROGRAMME]-(a:Enrolment)-[:FOR_PERSON]->(p:Person)<-[:FOR_PERSON]-(b:Enrolment)"
    "-[:IN_PROGRAMME]->(k) WHERE {held} AND {beside} "
    "WITH r, p, collect(DISTINCT a) AS aa, collect(DISTINCT b) AS bb "
    "RETURN r, p, null AS h, aa + [each IN bb WHERE NOT each IN aa] AS es, r.code + ' ' + p.id AS key"
)
_BRANCHES = {
    "TWICE": _TWICE, "PRESENCE": _PRESENCE, "ONE_PER_HOUSEHOLD": _ONE, "EXCLUSIVE": _EXCLUSIVE,
}  # fmt: skip


def prepare_overlaps(question: Overlaps, scope: Scope, cursor_key: bytes) -> Prepared:
    """The statement of overlaps. Raises Forbidden and InvalidInput as `prepare` does."""
    scope.require("overlap:find", "Enrolment")
    rules, given = rules_asked(question, scope.day), narrowed(question)
    picks = numbered(shape(question.selection))
    found = _Finding(scope, given)
    branches = [found.branch(kind) for kind in _BRANCHES if any(each["kind"] == kind for each in rules)]
    compiler = Compiler(scope)
    edges, maps = edges_of(picks, lambda below: _overlap(compiler, below))
    span = span_of(question.page)
    bound = f"Overlaps\0{scope.key}\0{sorted(scope.parameters.items())}"
    columns = columns_of(edges)
    parts = _parts(branches, found.also(), (maps, "total" in columns), span.after is not None)
    statement = between_heads(parts, columns)
    params: Mapping[str, Any] = {
        **scope.parameters, **given, **arguments_of(question.selection), **places_of(span, cursor_key, bound),
        "rules": [dict(each) for each in rules], "today": date.fromisoformat(scope.day),
    }  # fmt: skip

    def view(rows: list[Row]) -> Viewed:
        noted = Noted()
        data = connection(rows, edges, span, lambda place: seal_cursor(cursor_key, place, bound), noted)
        return Viewed(
            data, tuple(noted.seen), tuple(sorted(compiler.masked)), trails_of(noted, question.selection)
        )

    return Prepared("overlap:find", statement, params, view, personal=True)


def _parts(branches: list[str], also: str, edges: tuple[list[str], bool], after: bool) -> list[str]:
    """All overlaps are found once, counted, and a page of them shown; without any, a row that only counts."""
    if not branches:
        return []
    maps, counted = edges
    page = "[each IN found WHERE each.key > $after]" if after else "found"
    shown = ", ".join(["null AS head", "key AS place", *maps, *(["total"] if counted else [])])
    return [
        f"CALL () {{ {' UNION ALL '.join(branches)} }} WITH r, p, h, es, key{also} ORDER BY key "
        "WITH collect({r: r, p: p, h: h, es: es, key: key}) AS found "
        f"WITH size(found) AS total, {page}[..$limit] AS shown "
        "UNWIND CASE WHEN size(shown) = 0 THEN [null] ELSE shown END AS one "
        "WITH total, one.r AS r, one.p AS p, one.h AS h, one.es AS es, one.key AS key "
        f"RETURN {shown} ORDER BY place"
    ]


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a rule may look at under a scope, and what narrows the question."""

    scope: Scope
    given: Mapping[str, str]

    def branch(self, kind: str) -> str:
        """The overlaps of one kind of rule: r, p (a person) or h (a household), es (the enrolments), key (the order)."""
        wanted = [_HELD.format(e="a"), *self._sees("a"), *passes(self.scope, gate(self.scope, "Person"), "p")]
        wanted.append("(size(r.programmes) = 0 OR g.code IN r.programmes)")
        if kind == "PRESENCE":
            wanted += [self._shows("Person", name, "p") for name in ("alive", "presence")]
        if kind == "ONE_PER_HOUSEHOLD":
            wanted += passes(self.scope, gate(self.scope, "Household"), "h")
        wanted += self._narrow(kind)
        beside = " AND ".join([_HELD.format(e="b"), *self._sees("b")])
        text = _BRANCHES[kind].replace("{held}", " AND ".join(wanted)).replace("{beside}", beside)
        return f"{_OF_KIND.format(kind=kind)} {text}"

    def also(self) -> str:
        """What must hold of an overlap as a whole: that one of its enrolments is of the programme, of the agency."""
        wanted = []
        if "programme" in self.given:
            wanted.append(
                "any(each IN es WHERE EXISTS { (each)-[:IN_PROGRAMME]->(q:Programme) WHERE q.code = $programme })"
            )
        if "agency" in self.given:
            wanted.append("any(each IN es WHERE each.agency = $agency)")
        return f" WHERE {' AND '.join(wanted)}" if wanted else ""

    def _sees(self, variable: str) -> list[str]:
        condition = self.scope.rows("overlap:find", "Enrolment")
        return [] if condition == ALWAYS else [cypher(self.scope, condition, "Enrolment", variable)]

    def _shows(self, label: str, name: str, variable: str) -> str:
        """That the asker is shown a property of this row: what is hidden must not tell by what is found."""
        condition = under(self.scope.reads(label), usable(self.scope, label, name))
        return cypher(self.scope, condition, label, variable)

    def _narrow(self, kind: str) -> list[str]:
        label, variable = ("Household", "h") if kind == "ONE_PER_HOUSEHOLD" else ("Person", "p")
        wanted = []
        if "person" in self.given and label == "Household":
            wanted.append(
                "EXISTS { (h)<-[:MEMBER_OF]-(z:Person {id: $person}) WHERE "
                + (" AND ".join(passes(self.scope, gate(self.scope, "Person"), "z")) or "true")
                + " }"
            )
        elif "person" in self.given:
            wanted.append("p.id = $person")
        if "area" in self.given:
            if usable(self.scope, label, "kelurahan") == NEVER:
                raise Forbidden(
                    f"{label}.kelurahan is withheld from you, so nothing can be filtered by it.",
                    "Leave the filter out, or ask under a purpose that opens it.",
                )
            wanted += [f"{variable}.kelurahan STARTS WITH $area", self._shows(label, "kelurahan", variable)]
        return wanted


def _overlap(compiler: Compiler, picks: tuple[Node, ...]) -> tuple[str, Shape]:
    """The map of one overlap: its rule, whom and what it is about as far as it is open, and what is withheld."""
    scope, entries, below = compiler.scope, [], []
    shown = " AND ".join(passes(scope, gate(scope, "Enrolment"), "e")) or "true"
    for pick in picks:
        if pick.name == "rule":
            text = _picked(pick, _RULE, "r.{0}")
        elif pick.name == "severity":
            text = "r.severity"
        elif pick.name in {"person", "household"}:
            label, variable = ("Person", "p") if pick.name == "person" else ("Household", "h")
            made, found = compiler.map(At(label, variable, scope.reads(label)), pick.below)
            text = f"CASE WHEN {variable} IS NULL THEN null ELSE {made} END"
            below.append((pick.key, found))
        elif pick.name == "enrolments":
            made, found = compiler.map(At("Enrolment", "e", gate(scope, "Enrolment").condition), pick.below)
            text = f"COLLECT {{ UNWIND es AS e WITH e WHERE {shown} RETURN {made} ORDER BY e.id }}"
            below.append((pick.key, found))
        elif pick.name == "withheld":
            made = _picked(pick, {"field": "enrolments", "reason": "WITHHOLD"}, "'{0}'")
            hidden = f"EXISTS {{ UNWIND es AS e WITH e WHERE NOT coalesce({shown}, false) RETURN e }}"
            text = f"CASE WHEN {hidden} THEN [{made}] ELSE [] END"
        else:
            raise InvalidInput(f"An overlap has no {pick.name}.", "Compare with the schema.")
        entries.append(f"`{pick.key}`: {text}")
    return f"{{{', '.join(entries)}}}", Shape(False, "", tuple(below), ())


def _picked(pick: Node, known: Mapping[str, str], form: str) -> str:
    parts = []
    for each in pick.below:
        if each.name not in known:
            raise InvalidInput(f"{pick.name} has no {each.name} here.", f"It has {', '.join(known)}.")
        parts.append(f"`{each.key}`: {form.format(known[each.name])}")
    return f"{{{', '.join(parts)}}}"
