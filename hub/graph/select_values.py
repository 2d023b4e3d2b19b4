"""Golden values with evidence and alternatives as Cypher: one list a person, each sub-selection compiled once.

A value is treated exactly as its field of the person is. Rows stand beside it only where it is shown whole, and
only those that the asker may see as source records: nothing tells whether a withheld value has an alternative.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hub.access.conditions import Condition
from hub.access.rights import Treated
from hub.access.scope import Scope
from hub.access.vocabulary import Treatment
from hub.domain.errors import InvalidInput
from hub.graph.select_conditions import cypher, gate, inherited, passes
from hub.graph.select_fields import Node, Values, camel
from hub.graph.select_view import Shape

_KEY = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_SHOWN = f"'{Treatment.SHOW.name}'"
_RULE = "[i IN range(0, size({n}.decided_fields) - 1) WHERE {n}.decided_fields[i] = {f}.rule | {n}.decided_by[i]][0]"
_NAMES = ("field", "value", "withheld", "rule", "evidence", "alternatives")


@dataclass(frozen=True, slots=True)
class Owner:
    """The person whose values they are: variable, what it is known to have passed, how deep it lies."""

    variable: str
    have: Condition
    depth: int


class Making(Protocol):
    """What is needed of the compiler of objects."""

    scope: Scope

    def variable(self) -> str:
        """A fresh variable."""

    def cases(self, label: str, have: Condition, name: str) -> Treated:
        """How a property is treated on which rows."""

    def treated(self, label: str, variable: str, name: str, cases: Treated) -> str:
        """The property as the expression that gives it treated."""


Records = Callable[[str, Condition, int, tuple[Node, ...]], tuple[str, Shape]]
"""Compiles a source record: variable, what it has passed, depth, what is picked."""


def golden_values(
    making: Making, owner: Owner, how: Values, pick: Node, records: Records
) -> tuple[str, Shape]:
    """The list of golden values, and how its view is made."""
    each = making.variable()
    entries: dict[str, str] = {}
    below: list[tuple[str, Shape]] = []
    for picked in pick.below:
        _check(picked, entries, _NAMES)
        if picked.name in ("evidence", "alternatives"):
            entries[picked.key], shape = _rows(making, owner, each, picked, records)
            below.append((picked.key, shape))
        else:
            entries[picked.key] = _plain(picked.name, owner.variable, each)
    told = ", ".join(_told(making, owner, name, property_, rule) for name, property_, rule in how.fields)
    text = (
        f"COLLECT {{ UNWIND [v IN [{told}] WHERE v.how <> {_SHOWN} OR v.value IS NOT NULL] AS {each} "
        f"RETURN {_map(entries)} }}"
    )
    return text, Shape(False, "", tuple(below), ())


def _told(making: Making, owner: Owner, name: str, property_: str, rule: str) -> str:
    """One field: how it is treated on this row, and its value so treated."""
    cases = making.cases("Person", owner.have, property_)
    value = making.treated("Person", owner.variable, property_, cases)
    return (
        f"{{field: '{camel(name)}', property: '{property_}', rule: '{rule}', "
        f"how: {_how(making.scope, owner.variable, cases)}, value: toString({value})}}"
    )


def _how(scope: Scope, variable: str, cases: Treated) -> str:
    whens = " ".join(
        f"WHEN {cypher(scope, condition, 'Person', variable)} THEN '{treatment.name}'"
        for treatment, condition in cases
    )
    return f"CASE {whens} ELSE '{Treatment.WITHHOLD.name}' END" if whens else f"'{Treatment.WITHHOLD.name}'"


def _plain(name: str, person: str, each: str) -> str:
    match name:
        case "withheld":
            return f"{each}.how <> {_SHOWN}"
        case "rule":
            rule = _RULE.format(n=person, f=each)
            return f"CASE WHEN {each}.how = {_SHOWN} THEN coalesce({rule}, '') ELSE '' END"
        case _:
            return f"{each}.{name}"


def _rows(making: Making, owner: Owner, each: str, pick: Node, records: Records) -> tuple[str, Shape]:
    """Records that say the value, or those that say another one."""
    far, tie = making.variable(), making.variable()
    target = gate(making.scope, "SourceRecord")
    said = f"toString({tie}[{each}.property])"
    wanted = [f"{each}.how = {_SHOWN}", f"{said} {'=' if pick.name == 'evidence' else '<>'} {each}.value"]
    if not inherited(owner.have, target):
        wanted += passes(making.scope, target, far)
    if pick.name == "evidence":
        made, shape = records(far, target.condition, owner.depth + 1, pick.below)
    else:
        made, shape = _alternative(said, (far, target.condition, owner.depth + 1), pick, records)
    if target.closed:
        return "[]", shape
    text = (
        f"COLLECT {{ MATCH ({owner.variable})-[{tie}:CHOSEN_AMONG]->({far}:SourceRecord) "
        f"WHERE {' AND '.join(wanted)} RETURN {made} ORDER BY {far}.id }}"
    )
    return text, shape


def _alternative(
    said: str, far: tuple[str, Condition, int], pick: Node, records: Records
) -> tuple[str, Shape]:
    entries: dict[str, str] = {}
    below: list[tuple[str, Shape]] = []
    for picked in pick.below:
        _check(picked, entries, ("value", "source_record"))
        if picked.name == "value":
            entries[picked.key] = said
        else:
            entries[picked.key], shape = records(*far, picked.below)
            below.append((picked.key, shape))
    return _map(entries), Shape(False, "", tuple(below), ())


def _check(picked: Node, entries: dict[str, str], names: tuple[str, ...]) -> None:
    objects = ("evidence", "alternatives", "source_record")
    sound = picked.name in names and not picked.args and (picked.name in objects) == bool(picked.below)
    if not sound or not _KEY.fullmatch(picked.key) or picked.key in entries:
        raise InvalidInput(f"A golden value has no {picked.name} here.", f"It has {', '.join(names)}.")


def _map(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f"`{key}`: {value}" for key, value in entries.items()) + "}"
