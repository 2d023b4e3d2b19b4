"""What of an answer was asked for: a tree of picks, independent of GraphQL and of Cypher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pick:
    """One asked field: its snake_case name, the key it is answered under, its arguments and what is asked below it.

    Arguments are (name, value) pairs; a value may be a variable's value, so it never enters a plan's text.
    """

    name: str
    key: str
    args: tuple[tuple[str, Any], ...] = ()
    picks: tuple[Pick, ...] = ()

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The arguments by name."""
        return dict(self.args)


Selection = tuple[Pick, ...]


def pick(name: str, *below: Pick, **arguments: Any) -> Pick:
    """A pick under its own name, for callers that write selections by hand."""
    return Pick(name, name, tuple(sorted(arguments.items())), below)


def shape(selection: Selection) -> tuple[Any, ...]:
    """The selection without argument values: equal shapes share one compiled plan."""
    return tuple((p.name, p.key, tuple(name for name, _ in p.args), shape(p.picks)) for p in selection)


def walk(selection: Selection) -> Iterator[Pick]:
    """Every pick of the tree, parents first."""
    for each in selection:
        yield each
        yield from walk(each.picks)


def project(data: Any, selection: Selection) -> Any:
    """Data under snake_case names, cut to a selection and keyed as it was picked. None and errors pass."""
    if not selection or data is None or isinstance(data, Exception):
        return data
    if isinstance(data, (list, tuple)):
        return [project(each, selection) for each in data]
    return {pick.key: project(data[pick.name], pick.picks) for pick in selection}
