"""What a question asks of the graph, in words that know nothing of Cypher: root, filters, order, page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from hub.domain.errors import InvalidInput
from hub.domain.selection import Selection
from hub.domain.standard.searching import Sought
from hub.questions.model import Page

MOST = 100
"""Rows of one page, at most."""
FOUND = 20
"""Rows that a search gives, at most, on all its pages together."""


class Many(StrEnum):
    """What comes back: one object or null, a list, or a connection with cursors."""

    ONE = "one"
    LIST = "list"
    CONNECTION = "connection"


class Test(StrEnum):
    """How a filter compares."""

    EQUALS = "equals"
    WITHIN = "within"
    """The property is an area code that begins with the value."""
    BEGINS = "begins"
    FROM = "from"
    UPTO = "upto"
    ENROLLED_IN = "enrolled_in"
    """A person who is enrolled in the programme with this code, as far as the asker may see the enrolment."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A property that must fit a parameter; it finds only rows on which the asker may see the property."""

    property: str
    parameter: str
    test: Test = Test.EQUALS
    of: str = ""
    """Links from the root to the object that has the property, e.g. "person.household"; "" for the root itself."""
    known: bool = False
    """True when the asker brings the whole value: a masked property will do."""
    shown_by: str = ""
    """Property that decides who may filter, where the one compared is made from it: `name` for `sort_key`."""


@dataclass(frozen=True, slots=True)
class Order:
    """What orders the rows of a page: any property, which need be neither unique nor there."""

    property: str = "id"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """One page: how many rows, from which end, between which cursors."""

    limit: int
    backwards: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A question as the compiler of selections takes it."""

    label: str
    many: Many
    selection: Selection
    filters: tuple[Filter, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    """Parameter → value, for the filters."""
    order: str = "id"
    """Property that orders the rows; unique, or its first row is what ONE gives."""
    span: Span | None = None
    by: Order | None = None
    """Orders the rows of a connection instead."""
    order_by: str = ""
    """Property that the asker must be shown on all rows, where the order was asked for and would tell it."""
    backwards: bool = False
    """Whether the order asked for runs the other way."""
    search: Sought | None = None
    """Names to find among the rows; the best come first and the order is theirs."""


def span_of(page: Page, most: int = MOST) -> Span:
    """The span of a page; `last` wins over the default of `first`. InvalidInput on bad numbers."""
    asked = page.last if page.last is not None else page.first
    limit = 20 if asked is None else asked
    if not 0 <= limit <= most:
        raise InvalidInput(f"A page has 0 to {most} rows, not {limit}.", "Ask for less and go on by cursor.")
    return Span(limit, page.last is not None, page.after, page.before)


def ordered(plan: Plan, order: str, known: Mapping[str, tuple[str, str, bool]]) -> Plan:
    """The plan in an order that was asked for; `known`: order → (property, the one that it tells, whether backwards).

    InvalidInput when it is none of them.
    """
    found = known.get(order)
    if found is None:
        raise InvalidInput("There is no such order.", f"Name one of {', '.join(known)}.")
    return replace(plan, order=found[0], order_by=found[1], backwards=found[2])
