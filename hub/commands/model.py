"""What a command is to the door: its action, the row it is judged by, and its pure `decide`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hub.domain.facts import Decision, Draw, History, Json


@dataclass(frozen=True, slots=True)
class By:
    """Who submits, as far as `decide` may know: the actor, and the agencies and territories of its grants."""

    actor: str
    agencies: frozenset[str]


class Decide(Protocol):
    """History and command in, facts out; no clock, no chance, no input or output."""

    def __call__(self, history: History, command: Any, draw: Draw, by: By) -> Decision:  # noqa: D102 - as above
        ...


def _all_seen(history: History, command: Any) -> Mapping[str, Json] | None:
    return None


def _none_else(history: History, command: Any) -> Iterable[tuple[str, Any]]:
    return ()


def no_row(history: History, command: Any) -> Mapping[str, Json]:
    """The row of a command that is not about one subject's data."""
    return {}


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A row of the table of commands."""

    action: str
    """`noun:verb`, as in the policy file and the GraphQL schema."""
    label: str
    """Type of the subject that the action is about, e.g. Enrolment."""
    decide: Decide
    row: Callable[[History, Any], Mapping[str, Json]] = no_row
    """The properties that the row predicates of the policy look at (`kelurahan`, `agency`, …)."""
    sees: Callable[[History, Any], Mapping[str, Json] | None] = _all_seen
    """The row of a person whom the command names by id, and whom the actor must therefore be able to see."""
    names: Callable[[History, Any], Iterable[tuple[str, Sequence[Mapping[str, Json]]]]] = _none_else
    """(label, rows) of whatever else the command names by id: the actor must be able to see it by one of its rows."""
    changes: Callable[[History, Any], Iterable[tuple[str, Mapping[str, Json]]]] = _none_else
    """(label, row) of everything else that the action must be open for, beside `row`."""
    founding: bool = False
    """True for the one command that stands before any policy."""
