"""Counts and single answers about row conditions, for explaining and trying policies: never a row, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from graph_schema import LABELS
from hub.access.conditions import NEVER, Atom
from hub.access.scope import Scope
from hub.access.vocabulary import READS, Treatment
from hub.graph.select_conditions import cypher, gate, passes

_SLOT = re.compile(r"\$([tg][0-9]+)\b")
_NO_KEY = {"nik": None, "family_card": None, "born_on": None}
"""What is opened by a number and a birth date is opened to nobody who gives none."""
_RANK = {each: place for place, each in enumerate(Treatment)}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in read mode with its parameters, giving one row or none."""

    text: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """One action on rows of a label, or one property of them, under two scopes."""

    action: str
    label: str
    field: str | None


def counted(before: Scope, after: Scope, things: Sequence[Compared]) -> Statement:
    """How many rows of one label show more, and how many less, of each thing: columns more0, less0, more1 …

    All things are about the same label.
    """
    label = things[0].label
    columns = []
    for place, thing in enumerate(things):
        one, other = _rank(before, thing, "b"), _rank(after, thing, "a")
        columns += [
            f"sum(CASE WHEN {other} > {one} THEN 1 ELSE 0 END) AS more{place}",
            f"sum(CASE WHEN {other} < {one} THEN 1 ELSE 0 END) AS less{place}",
        ]
    text = f"MATCH (n:{label}) RETURN {', '.join(columns)}"
    return Statement(text, {**_params(before, "b"), **_params(after, "a")})


def asked(asker: Scope, about: Scope, label: str, subject: str, atoms: Iterable[Atom]) -> Statement:
    """Whether each row predicate holds for one row: columns p0, p1 … No row where the asker may not read it."""
    seen = gate(asker, label)
    texts = ["false"] if seen.closed else passes(asker, seen, "n")
    where = _renamed(" AND ".join(["n.id = $subject", *texts]), "k")
    columns = ["1 AS there"] + [
        f"coalesce({_renamed(cypher(about, atom, label, 'n'), 'b')}, false) AS p{place}"
        for place, atom in enumerate(atoms)
    ]
    text = f"MATCH (n:{label}) WHERE {where} RETURN {', '.join(columns)}"
    return Statement(text, {**_params(asker, "k"), **_params(about, "b"), "subject": subject})


def in_graph(label: str) -> bool:
    """Whether rows of the label lie in the graph."""
    return label in LABELS


def _rank(scope: Scope, thing: Compared, prefix: str) -> str:
    """How much of the thing a row shows, from 0 on."""
    if READS.get(thing.label) == thing.action:
        seen = gate(scope, thing.label)
        row = "false" if seen.closed else " AND ".join(passes(scope, seen, "n")) or "true"
    else:
        row = cypher(scope, scope.rows(thing.action, thing.label), thing.label, "n")
    row = f"coalesce({row}, false)"
    if thing.field is None:
        return _renamed(f"CASE WHEN {row} THEN 1 ELSE 0 END", prefix)
    cases = "".join(
        f" WHEN {cypher(scope, condition, thing.label, 'n')} THEN {_RANK[how]}"
        for how, condition in scope.treatment(thing.label, thing.field)
        if condition != NEVER
    )
    return _renamed(f"CASE WHEN NOT {row} THEN 0{cases} ELSE 0 END", prefix)


def _renamed(text: str, prefix: str) -> str:
    """Slots of two scopes stand in one statement under two names."""
    return _SLOT.sub(rf"${prefix}_\1", text)


def _params(scope: Scope, prefix: str) -> dict[str, Any]:
    named = {f"{prefix}_{slot}": value for slot, value in scope.parameters.items()}
    return {**_NO_KEY, **named, "today": date.fromisoformat(scope.day)}
