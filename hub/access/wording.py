"""Conditions and treatments in words, for people who ask why."""

from __future__ import annotations

from collections.abc import Mapping

from hub.access.conditions import AllOf, Always, AnyOf, Atom, Condition, Never, Unless
from hub.access.rights import Treated


def rows_in_words(condition: Condition, values: Mapping[str, str]) -> str:
    """Which rows a condition holds for, by the names of predicates; `values`: what slots stand for."""
    match condition:
        case Always():
            return "all"
        case Never():
            return "none"
        case Atom(predicate, slot):
            return f"{predicate} {values[slot]}" if slot else predicate
        case AnyOf(parts):
            return " or ".join(_in_brackets(part, values) for part in parts)
        case AllOf(parts):
            return " and ".join(_in_brackets(part, values) for part in parts)
        case Unless(part):
            return f"not {_in_brackets(part, values)}"


def treated_in_words(treated: Treated, values: Mapping[str, str]) -> str:
    """How much of a value is shown on which rows; what is not named is withheld."""
    shown = (f"{how.value}: {rows_in_words(condition, values)}" for how, condition in treated)
    return "; ".join(shown) or "withhold"


def _in_brackets(condition: Condition, values: Mapping[str, str]) -> str:
    text = rows_in_words(condition, values)
    return f"({text})" if isinstance(condition, AnyOf | AllOf) else text
