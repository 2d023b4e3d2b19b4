"""What answers from the ledger share: pages and their cursors, and whether a scope is shown values at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hub.access.conditions import ALWAYS
from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.domain.facts import Subject
from hub.questions import model
from hub.questions.cursor import open_cursor, seal_cursor

_LONGEST_PAGE = 100


class Cursors:
    """Cursors of one list for one scope: the place to go on from, encrypted."""

    def __init__(self, key: bytes, scope: Scope) -> None:
        self._key = key
        self._bound_to = f"{scope.actor}|{scope.key}"

    def seal(self, list_: str, place: str) -> str:
        """The cursor of a place in a list."""
        return seal_cursor(self._key, place, f"{list_}|{self._bound_to}")

    def open(self, list_: str, cursor: str) -> str:
        """The place that a cursor stands for. Raises InvalidInput."""
        return open_cursor(self._key, cursor, f"{list_}|{self._bound_to}")


_VALUES = (
    ("Person", "nik"), ("Person", "mother_name"), ("Person", "born_on"), ("Address", "text"),
    ("FamilyCard", "number"), ("SourceRecord", "row_key"), ("Assessment", "welfare_values"),
    ("Assessment", "health_values"),
)  # fmt: skip
"""One property of every class that a payload about a person may hold."""
ENROLMENT_STATES = (("Enrolment", "status"), ("Enrolment", "reason"))


def sees_values(scope: Scope, shown: Iterable[tuple[str, str]] = _VALUES) -> bool:
    """Whether a scope is shown every class of value that a payload may hold, on every row there is."""
    return all(scope.reads(label) == ALWAYS and scope.shows(label, name) for label, name in shown)


def page_size(page: model.Page) -> int:
    """How many rows a page is to hold. Raises InvalidInput for a page that is not read forwards."""
    if page.last is not None or page.before is not None:
        raise InvalidInput("This list is paged forwards.", "Use first and after.")
    first = 20 if page.first is None else page.first
    if not 0 <= first <= _LONGEST_PAGE:
        raise InvalidInput(
            f"A page holds 0 to {_LONGEST_PAGE} rows.", "Ask for less and go on after the last one."
        )
    return first


def page_of(
    ordered: Sequence[Subject],
    place: Callable[[Subject], str],
    page: model.Page,
    cursors: Cursors,
    list_: str,
) -> list[Subject]:
    """Those of a page, and one more if there is one. `place`: the text by which they are ordered."""
    begin = 0
    if page.after is not None:
        last = cursors.open(list_, page.after)
        begin = next((at for at, each in enumerate(ordered) if place(each) > last), len(ordered))
    return list(ordered[begin : begin + page_size(page) + 1])


def connection(
    nodes: list[tuple[str, dict[str, Any]]], first: int, cursors: Cursors, list_: str
) -> dict[str, Any]:
    """A page as the API names it, of places and nodes, of which one more than wanted says that there are more."""
    shown = nodes[:first]
    edges = [{"cursor": cursors.seal(list_, place), "node": node} for place, node in shown]
    return {
        "edges": edges,
        "page_info": {
            "has_next_page": len(nodes) > first, "has_previous_page": False,
            "start_cursor": edges[0]["cursor"] if edges else None,
            "end_cursor": edges[-1]["cursor"] if edges else None,
        },
    }  # fmt: skip
