"""Which rows a question is about: its filters and the scope's, or a search, as the beginning of a statement."""

from __future__ import annotations

from dataclasses import dataclass

from graph_schema import LABELS
from hub.access.conditions import ALWAYS, NEVER
from hub.access.scope import Scope
from hub.domain.errors import Forbidden
from hub.graph.select_conditions import cypher, gate, inherited, passes, under, usable
from hub.graph.select_fields import FIELDS, Link
from hub.questions.plan import FOUND, Filter, Order, Test

SAME, HEARD, NEAR, INITIAL = 10, 9, 7, 4
"""Points of an asked word that stands in a name: as written, by its sound, one slip apart, as an initial."""
HALF = 50
"""Of a hundred points that the asked words could have had, those that a name needs."""

_HOW: dict[Test, str] = {
    Test.EQUALS: "=",
    Test.BEGINS: "STARTS WITH",
    Test.WITHIN: "STARTS WITH",
    Test.FROM: ">=",
    Test.UPTO: "<=",
}
_POINTS = f"""reduce(points = 0, word IN $words | points + CASE
  WHEN word.whole IN had THEN {SAME}
  WHEN word.sound IN had OR any(each IN word.together WHERE each IN had) THEN {HEARD}
  WHEN any(each IN word.near WHERE each IN had) THEN {NEAR}
  WHEN word.single AND any(each IN had WHERE each STARTS WITH word.initial) THEN {INITIAL}
  WHEN word.initial IN had THEN {INITIAL} ELSE 0 END)"""
_RANK = (
    f"3 * points * 100 / ({SAME} * size($words)) + 200 * points / "
    f"({SAME} * (size($words) + size([each IN had WHERE each STARTS WITH 'w'])))"
)
"""Mostly how much of what was asked is there, then how little else: from 0 to about 400, of the name alone."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows come from and in which order they are read."""

    label: str
    filters: tuple[Filter, ...]
    exact: tuple[bool, ...]
    """Of each filter, whether an area is a whole kelurahan."""
    order: str
    by: Order | None = None
    """Orders them instead, together with the id: by a property that need be neither unique nor there."""
    search: bool = False

    @property
    def place(self) -> str:
        """Expression by which a row has its place among the others; no two have the same."""
        if self.search:
            return "place"
        if self.by is None:
            return f"n0.{self.order}"
        name = self.by.property
        return "n0.id" if name == "id" else f"coalesce(toString(n0.{name}), '') + ' ' + n0.id"

    @property
    def carried(self) -> str:
        """Variables that go on from the beginning."""
        return "n0, place" if self.search else "n0"


def matched(rows: Rows, scope: Scope) -> str:
    """The clauses that bind `n0` to each row, and in a search `place`; a condition may follow behind AND or WHERE.

    Forbidden when a filter is not open to the scope.
    """
    if rows.search:
        return _found(rows, scope)
    patterns, wanted = [f"(n0:{rows.label})"], []
    far: set[str] = set()
    for each, exact in zip(rows.filters, rows.exact, strict=True):
        label, variable = rows.label, "n0"
        for name in each.of.split(".") if each.of else ():
            link, near = FIELDS[label][name], variable
            assert isinstance(link, Link)
            label, variable = link.label, f"f_{name}" if near == "n0" else f"{near}_{name}"
            if variable not in far:
                far.add(variable)
                patterns.append(link.pattern.format(n=near, m=variable))
                wanted += passes(scope, gate(scope, label), variable)
        wanted = _filter(scope, label, (each, exact), variable) + wanted
    if (rows.label, rows.order) in ORDERED:
        # An index gives the order only where the property must be there.
        wanted.append(f"n0.{rows.order} IS NOT NULL")
    wanted += passes(scope, gate(scope, rows.label), "n0")
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    return f"MATCH {', '.join(patterns)}{where}"


ORDERED = frozenset(
    (node.label, names[-1])
    for node in LABELS.values()
    for names in node.indexed
    if len(names) > 1 or names[-1] in ("sort_key", "born_key", "area_key")
)
"""(label, property) of those that an index is there to order by; every row has them."""


def _found(rows: Rows, scope: Scope) -> str:
    """The best of a search. What the scope hides falls out of the index's stream before anything is ranked,

    counted or cut off, and the rank is of the name alone: the index's own scores tell how common a word is among
    all persons.
    """
    name = Filter("search_key", "query", shown_by="name")
    wanted = _may_filter(scope, rows.label, name, "n0")
    for each in zip(rows.filters, rows.exact, strict=True):
        wanted += _filter(scope, rows.label, each, "n0")
    wanted += passes(scope, gate(scope, rows.label), "n0")
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    return (
        f"CALL db.index.fulltext.queryNodes('person_search_key', $query) YIELD node AS n0{where} "
        f"WITH n0, split(n0.search_key, ' ') AS had WITH n0, had, {_POINTS} AS points "
        f"WHERE points * 100 >= {HALF} * {SAME} * size($words) WITH n0, {_RANK} AS rank "
        f"WITH n0, right('000' + toString(999 - rank), 3) + ' ' + n0.sort_key AS place "
        f"ORDER BY place LIMIT {FOUND} WITH n0, place"
    )


def _filter(scope: Scope, label: str, asked: tuple[Filter, bool], variable: str) -> list[str]:
    each, exact = asked
    if each.test is Test.ENROLLED_IN:
        return [_enrolled(scope, each, variable)]
    how = "=" if each.test is Test.WITHIN and exact else _HOW[each.test]
    return [
        f"{variable}.{each.property} {how} ${each.parameter}",
        *_may_filter(scope, label, each, variable),
    ]


def _enrolled(scope: Scope, each: Filter, variable: str) -> str:
    link = FIELDS["Person"]["enrolments"]
    target = gate(scope, "Enrolment")
    assert isinstance(link, Link)
    if target.closed:
        raise _withheld("Enrolment.status")
    far = f"{variable}e"
    wanted = [
        f"{far}.status = 'ENROLLED'",
        f"EXISTS {{ ({far})-[:IN_PROGRAMME]->(q:Programme) WHERE q.code = ${each.parameter} }}",
    ]
    wanted += [] if inherited(scope.reads("Person"), target) else passes(scope, target, far)
    return f"EXISTS {{ {link.pattern.format(n=variable, m=far)} WHERE {' AND '.join(wanted)} }}"


def _may_filter(scope: Scope, label: str, each: Filter, variable: str) -> list[str]:
    governing = each.shown_by or each.property
    condition = usable(scope, label, governing, each.known)
    if condition == NEVER:
        raise _withheld(f"{label}.{governing}")
    condition = under(scope.reads(label), condition)
    return [] if condition == ALWAYS else [cypher(scope, condition, label, variable)]


def _withheld(field: str) -> Forbidden:
    return Forbidden(
        f"{field} is withheld from you, so nothing can be filtered by it.",
        "Leave the filter out, or ask under a purpose that opens it.",
    )
