"""The check by key, compiled: one statement that is the same whoever is asked about, known, hidden or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.domain.selection import shape
from hub.graph.select import Prepared, arguments_of, between_heads
from hub.graph.select_conditions import cypher, gate, passes
from hub.graph.select_fields import Node, numbered
from hub.graph.select_objects import At, Compiler
from hub.graph.select_view import Noted, Row, Shape, finish
from hub.questions.checks import RECORDS, key_of
from hub.questions.model import PersonCheck, Viewed

_FOUND = """
CALL () {{
  MATCH (n0:Person) WHERE n0.nik = $nik AND n0.born_on = $born_on RETURN n0
  UNION
  MATCH (c:FamilyCard)<-[:LISTED_ON]-(n0:Person) WHERE c.number = $family_card AND n0.born_on = $born_on RETURN n0
}}
WITH n0 WHERE {rows}
WITH collect(n0) AS found
RETURN null AS head, {{known: size(found) > 0, several: size(found) > 1,
  persons: [each IN found | each.id]{parts}}} AS node
"""
_RECORDS = """,
  records: COLLECT { UNWIND found AS each MATCH (each)-[:FORMED_FROM]->(s:SourceRecord) RETURN s.id ORDER BY s.id }"""
_ENROLLED = """,
  enrolled: COLLECT {{ UNWIND found AS each
    MATCH (each)<-[:FOR_PERSON]-(e:Enrolment)-[:IN_PROGRAMME]->(g:Programme) WHERE {programmes}
    RETURN {{id: e.id, {maps}}} ORDER BY g.code, e.id }}"""
_ENTITLED = """,
  eligible: COLLECT {{ MATCH (g:Programme) WHERE {programmes} AND {eligible} RETURN {{{maps}}} ORDER BY g.code }}"""
_STANDING = "['PROPOSED', 'ENROLLED', 'SUSPENDED']"
_AGE = "duration.between(each.born_on, $today).years"
_DECILES = """head(COLLECT {
  CALL (each) {
    MATCH (each)-[:FORMED_FROM]->(:SourceRecord)-[:ASSESSED_AS]->(m:Assessment)-[:FOUND_IN]->(r:Release) RETURN m, r
    UNION
    MATCH (each)-[:FORMED_FROM]->(:SourceRecord)-[d:FROM_DWELLING]->(:SourceRecord)-[:ASSESSED_AS]->(m:Assessment)
      -[:FOUND_IN]->(r:Release {id: d.release}) RETURN m, r
  }
  WITH m, r WHERE r.status = 'CLOSED' AND 'decile' IN m.welfare_measures
  UNWIND range(0, size(m.welfare_measures) - 1) AS at
  WITH m, r, at WHERE m.welfare_measures[at] = 'decile'
  RETURN toInteger(m.welfare_values[at]) ORDER BY r.as_of DESC, r.id DESC, m.id })"""
"""The decile of the newest finished finding that tells one, of whatever register."""
_ELIGIBLE = f"""any(each IN found WHERE
  EXISTS {{ (each)<-[:FOR_PERSON]-(:Enrolment {{status: 'ELIGIBLE'}})-[:IN_PROGRAMME]->(g) }} OR (
    (g.max_decile IS NOT NULL OR g.min_age IS NOT NULL OR g.max_age IS NOT NULL)
    AND coalesce(each.alive, true)
    AND NOT coalesce(each.presence, '') IN ['DEAD', 'MOVED_OUT', 'ABROAD', 'NOT_FOUND']
    AND coalesce({_AGE} >= g.min_age, g.min_age IS NULL) AND coalesce({_AGE} <= g.max_age, g.max_age IS NULL)
    AND NOT EXISTS {{ (each)<-[:FOR_PERSON]-(e:Enrolment)-[:IN_PROGRAMME]->(g) WHERE e.status IN {_STANDING} }}
    AND coalesce({_DECILES} <= g.max_decile, g.max_decile IS NULL)))"""


def prepare_check(question: PersonCheck, scope: Scope, cursor_key: bytes) -> Prepared:
    """The statement of a check. Raises Forbidden and InvalidInput as `prepare` does."""
    scope.require("person:check", "Person")
    key = key_of(question)
    picks = numbered(shape(question.selection))
    compiler = Compiler(scope)
    enrolled, shapes = _enrolled(compiler, picks)
    eligible = [compiler.map(_programme(scope), each.below) for each in _named(picks, "eligible_for")]
    programmes = " AND ".join(passes(scope, gate(scope, "Programme"), "g")) or "true"
    parts = _RECORDS if _named(picks, "possible_duplicate") else ""
    if enrolled:
        parts += _ENROLLED.format(programmes=programmes, maps=", ".join(enrolled))
    if eligible:
        maps = ", ".join(f"a{index}: {text}" for index, (text, _) in enumerate(eligible))
        parts += _ENTITLED.format(programmes=programmes, eligible=_ELIGIBLE, maps=maps)
    rows = cypher(scope, scope.rows("person:check", "Person"), "Person", "n0")
    statement = _FOUND.format(rows=rows, parts=parts)
    params: Mapping[str, Any] = {
        **scope.parameters, **key, **arguments_of(question.selection), "today": date.fromisoformat(scope.day),
    }  # fmt: skip

    def view(rows: list[Row]) -> Viewed:
        (row,) = (each["node"] for each in rows)
        return _viewed(row, picks, shapes, [made for _, made in eligible])

    return Prepared("person:check", between_heads([statement], ("node",)), params, view, personal=True)


def _programme(scope: Scope) -> At:
    return At("Programme", "g", scope.reads("Programme"))


def _named(picks: tuple[Node, ...], name: str) -> list[Node]:
    return [each for each in picks if each.name == name]


_OF_ENROLMENT = {"status": "e.status", "from": "toString(e.from_on)", "to": "toString(e.to_on)"}


def _enrolled(compiler: Compiler, picks: tuple[Node, ...]) -> tuple[list[str], list[list[tuple[str, Shape]]]]:
    """Entries of an enrolment's map, one for each pick of them, and the shapes of the programmes in it."""
    maps: list[str] = []
    shapes = []
    for index, each in enumerate(_named(picks, "enrolments")):
        entries, below = [], []
        for field in each.below:
            if field.name == "programme":
                text, made = compiler.map(_programme(compiler.scope), field.below)
                below.append((field.key, made))
            elif field.name in _OF_ENROLMENT:
                text = _OF_ENROLMENT[field.name]
            else:
                raise InvalidInput(f"A checked enrolment has no {field.name}.", "Compare with the schema.")
            entries.append(f"`{field.key}`: {text}")
        maps.append(f"a{index}: {{{', '.join(entries)}}}")
        shapes.append(below)
    return maps, shapes


def _viewed(
    row: Row, picks: tuple[Node, ...], shapes: list[list[tuple[str, Shape]]], eligible: list[Shape]
) -> Viewed:
    data: dict[str, Any] = {RECORDS: row.get("records", ())}
    lists, programmes = iter(range(len(shapes))), iter(range(len(eligible)))
    for pick in picks:
        if pick.name == "known":
            data[pick.key] = row["known"]
        elif pick.name == "possible_duplicate":
            data[pick.key] = row["several"]
        elif pick.name == "enrolments":
            at = next(lists)
            data[pick.key] = [each[f"a{at}"] for each in row["enrolled"]]
            for found in data[pick.key]:
                for key, made in shapes[at]:
                    finish(found[key], made, Noted())
        elif pick.name == "eligible_for":
            at = next(programmes)
            data[pick.key] = [each[f"a{at}"] for each in row["eligible"]]
            for found in data[pick.key]:
                finish(found, eligible[at], Noted())
        else:
            raise InvalidInput(f"A check has no {pick.name}.", "Compare with the schema.")
    seen = (*row["persons"], *(each["id"] for each in row.get("enrolled", ())))
    return Viewed(data, seen, ())
