"""Conditions of a scope as Cypher: which rows of a label pass, and what must hold besides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from graph_schema import visibility_label, visibility_until
from hub.access.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    Always,
    AnyOf,
    Atom,
    Condition,
    Never,
    Unless,
    any_of,
    implies,
)
from hub.access.predicates import Predicate
from hub.access.scope import Scope
from hub.access.vocabulary import Treatment
from hub.graph.select_fields import FIELDS, REQUIRED_LINKS, Link

_NODE = re.compile(r"(?<![.:\w$])n\b")


@dataclass(frozen=True, slots=True)
class Gate:
    """What a row must pass to be seen: its own condition, and required ends that must be seen too."""

    label: str
    condition: Condition
    ends: tuple[tuple[Link, Gate], ...] = ()

    @property
    def closed(self) -> bool:
        """Whether no row passes."""
        return self.condition == NEVER

    @property
    def open(self) -> bool:
        """Whether every row passes."""
        return self.condition == ALWAYS and not self.ends


def gate(scope: Scope, label: str) -> Gate:
    """The gate of a label under a scope."""
    condition, ends = scope.reads(label), []
    for name in REQUIRED_LINKS.get(label, ()):
        link = FIELDS[label][name]
        assert isinstance(link, Link)
        end = gate(scope, link.label)
        if end.closed:
            condition = NEVER
        elif not end.open:
            ends.append((link, end))
    return Gate(label, condition, tuple(ends))


def passes(scope: Scope, gate: Gate, variable: str) -> list[str]:
    """Cypher expressions that a row must fulfil to pass; none when every row does."""
    texts = [] if gate.condition == ALWAYS else [cypher(scope, gate.condition, gate.label, variable)]
    for link, end in gate.ends:
        far = f"{variable}e"
        wanted = " AND ".join(passes(scope, end, far))
        texts.append(f"EXISTS {{ {link.pattern.format(n=variable, m=far)} WHERE {wanted} }}")
    return texts


def inherited(have: Condition, gate: Gate) -> bool:
    """Whether what belongs to a person passes the gate because the person passed `have`.

    Row predicates see such rows through any of their persons; so what opens the person opens them. A denial
    is about the row itself and has to be asked.
    """
    return not gate.ends and carries(have, gate.condition)


def carries(have: Condition, condition: Condition) -> bool:
    """Whether a condition on what belongs to a person surely holds because the person passed `have`."""
    return not _denies(condition) and implies(have, condition)


def usable(scope: Scope, label: str, name: str, known: bool = False) -> Condition:
    """On which rows a property may filter: where it is shown, or at least not withheld if `known`."""
    shown = [c for how, c in scope.treatment(label, name) if known or how is Treatment.SHOW]
    return any_of(shown)


def cypher(scope: Scope, condition: Condition, label: str, variable: str) -> str:
    """The condition as a Cypher expression over a variable; null counts as not fulfilled."""
    match condition:
        case Always():
            return "true"
        case Never():
            return "false"
        case Atom():
            return f"({_atom(scope, condition, label, variable)})"
        case AnyOf(parts):
            return f"({' OR '.join(cypher(scope, part, label, variable) for part in parts)})"
        case AllOf(parts):
            return f"({' AND '.join(cypher(scope, part, label, variable) for part in parts)})"
        case Unless(part):
            return f"NOT coalesce({cypher(scope, part, label, variable)}, false)"


def under(have: Condition, condition: Condition) -> Condition:
    """The condition on rows of which `have` is known: ALWAYS where that settles it."""
    return ALWAYS if implies(have, condition) else condition


def _denies(condition: Condition) -> bool:
    match condition:
        case Unless():
            return True
        case AnyOf(parts) | AllOf(parts):
            return any(_denies(part) for part in parts)
        case _:
            return False


def _atom(scope: Scope, atom: Atom, label: str, variable: str) -> str:
    predicate: Predicate = scope.predicates[atom.predicate]
    values: Mapping[str, str] = scope.parameters
    value = values.get(atom.slot, "")
    text = predicate.expression(label, exact=len(value) == 10)
    if predicate.needs == "agency":
        text = text.replace("Vis_agency", visibility_label(value))
        text = text.replace("vis_agency_until", visibility_until(value))
    text = text.replace("$territory", f"${atom.slot}").replace("$agency", f"${atom.slot}")
    return _NODE.sub(variable, text)
