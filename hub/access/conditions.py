"""Conditions on a row: a small, hashable algebra in which rules meet before they become Cypher or Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Always:
    """Holds for every row."""


@dataclass(frozen=True, slots=True)
class Never:
    """Holds for no row."""


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """A row predicate with the slot of the territory or agency it is about ("t0", "g1", or "" for none)."""

    predicate: str
    slot: str = ""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one of its parts does; parts are distinct and in a fixed order."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when all its parts do; parts are distinct and in a fixed order."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Unless:
    """Holds when its part does not; missing data make a part fail, never this."""

    part: Condition


Condition = Always | Never | Atom | AnyOf | AllOf | Unless

ALWAYS = Always()
NEVER = Never()


def any_of(conditions: Iterable[Condition]) -> Condition:
    """The disjunction, simplified: what another part already says is dropped."""
    parts = _flat(conditions, AnyOf)
    parts = [each for each in parts if not any(_wider(other, each) for other in parts)]
    return _made(parts, AnyOf, NEVER)


def all_of(conditions: Iterable[Condition]) -> Condition:
    """The conjunction, simplified: what another part already says is dropped."""
    parts = _flat(conditions, AllOf)
    if NEVER in parts:
        return NEVER
    parts = [each for each in parts if not any(_wider(each, other) for other in parts)]
    return _made(parts, AllOf, ALWAYS)


def unless(condition: Condition) -> Condition:
    """The negation."""
    if isinstance(condition, Unless):
        return condition.part
    return NEVER if condition == ALWAYS else ALWAYS if condition == NEVER else Unless(condition)


def implies(left: Condition, right: Condition) -> bool:
    """Whether every row of `left` is surely one of `right`; False also where this can't tell."""
    if left in (right, NEVER) or right == ALWAYS:
        return True
    if isinstance(left, AnyOf):
        return all(implies(part, right) for part in left.parts)
    if isinstance(right, AllOf):
        return all(implies(left, part) for part in right.parts)
    if isinstance(right, AnyOf) and any(implies(left, part) for part in right.parts):
        return True
    if isinstance(left, Unless) and isinstance(right, Unless):
        return implies(right.part, left.part)
    return isinstance(left, AllOf) and any(implies(part, right) for part in left.parts)


def evaluate(condition: Condition, holds: Callable[[Atom], bool]) -> bool:
    """Whether the condition holds, given what holds of each atom."""
    match condition:
        case Always():
            return True
        case Never():
            return False
        case Atom():
            return holds(condition)
        case AnyOf(parts):
            return any(evaluate(part, holds) for part in parts)
        case AllOf(parts):
            return all(evaluate(part, holds) for part in parts)
        case Unless(part):
            return not evaluate(part, holds)


def _flat(conditions: Iterable[Condition], kind: type[AnyOf] | type[AllOf]) -> list[Condition]:
    found: dict[Condition, None] = {}
    for each in conditions:
        found.update(dict.fromkeys(each.parts if isinstance(each, kind) else (each,)))
    return sorted(found, key=repr)


def _wider(wide: Condition, narrow: Condition) -> bool:
    return wide != narrow and implies(narrow, wide) and not implies(wide, narrow)


def _made(parts: list[Condition], kind: type[AnyOf] | type[AllOf], empty: Condition) -> Condition:
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else kind(tuple(parts))
