"""From rows of the graph to an answer: hidden ids out, withheld fields in, cursors sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.selection import Pick, Selection
from hub.graph.select_fields import Node
from hub.questions.model import Trail
from hub.questions.plan import Span

Row = dict[str, Any]
Seal = Callable[[str], str]
"""Makes a cursor of a place."""

HIDDEN_ID = "~id"
"""Key of an id that was not asked for but is recorded; no GraphQL name holds a tilde."""
HIDDEN_PERSON = "~person"
"""Key of the person whom an object is about, who is recorded as seen with it."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """How one `withheld` is filled: (key, "field" or "reason"), and what is withheld.

    Of each entry (field, reason) the reason is None where it depends on the row: the row then brings a list
    with one reason, or null, for each of these, in their order.
    """

    keys: tuple[tuple[str, str], ...]
    entries: tuple[tuple[str, str | None], ...]

    def filled(self, varying: Sequence[str | None]) -> list[Row]:
        """The list of one object."""
        reasons = iter(varying)
        found = [(name, reason or next(reasons)) for name, reason in self.entries]
        return [
            {key: name if part == "field" else reason for key, part in self.keys}
            for name, reason in found
            if reason
        ]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the view has to do with an object and with those below it."""

    personal: bool
    id_key: str
    below: tuple[tuple[str, Shape], ...]
    withheld: tuple[tuple[str, Withheld], ...]
    trails: tuple[tuple[str, Node], ...] = ()
    """Fields that the ledger answers afterwards."""

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do at all."""
        return not (self.personal or self.below or self.withheld or self.trails)


@dataclass(slots=True)
class Noted:
    """What is noted while an answer is finished."""

    seen: dict[str, None] = field(default_factory=dict)
    """Ids of everything personal in it."""
    trails: list[Trail] = field(default_factory=list)
    """What the ledger is still to be asked."""


def finish(found: Row | None, shape: Shape, noted: Noted) -> None:
    """Finish an object in place, and those below it."""
    if found is None:
        return
    seen = noted.seen
    if shape.personal:
        seen[found.pop(HIDDEN_ID) if shape.id_key == HIDDEN_ID else found[shape.id_key]] = None
        person = found.pop(HIDDEN_PERSON, None)
        if person is not None:
            seen[person] = None
    for key, withheld in shape.withheld:
        found[key] = withheld.filled(found[key])
    for key, pick in shape.trails:
        noted.trails.append(Trail(found, key, found[key], pick.slot, _picks(pick.below)))
    for key, below in shape.below:
        value = found[key]
        if below.idle:
            continue
        if isinstance(value, list):
            for each in value:
                finish(each, below, noted)
        else:
            finish(value, below, noted)


def _picks(nodes: tuple[Node, ...]) -> Selection:
    return tuple(Pick(each.name, each.key, (), _picks(each.below)) for each in nodes)


@dataclass(frozen=True, slots=True)
class Edges:
    """A connection's own picks: each answered key with what stands under it."""

    picks: tuple[tuple[str, str, tuple[Any, ...]], ...]
    """(key, name, below): below edges is ((key, "cursor" or column), …), below page_info ((key, name), …)."""
    columns: tuple[tuple[str, Shape], ...]
    """Columns of node objects with their shapes."""


def connection(rows: list[Row], edges: Edges, span: Span, seal: Seal, noted: Noted) -> Row:
    """The connection from its rows; one row more than the limit was asked for.

    Rows hold `place`, which a cursor seals, and the node columns; one row may hold only `total`.
    """
    total = next((row["total"] for row in rows if row.get("total") is not None), 0)
    rows = [row for row in rows if row.get("place") is not None]
    more = len(rows) > span.limit
    rows = rows[: span.limit]
    if span.backwards:
        rows.reverse()
    for row in rows:
        for column, shape in edges.columns:
            finish(row[column], shape, noted)
    info = {
        "has_next_page": more if not span.backwards else span.before is not None,
        "has_previous_page": more if span.backwards else span.after is not None,
        "start_cursor": None,
        "end_cursor": None,
    }
    answer: Row = {}
    for key, name, below in edges.picks:
        if name == "edges":
            answer[key] = [_edge(row, below, seal) for row in rows]
        elif name == "total_count":
            answer[key] = total
        else:
            ends = _ends(rows, below, seal)
            answer[key] = {k: ends[n] if n in ends else info[n] for k, n in below}
    return answer


def _edge(row: Row, below: tuple[tuple[str, str], ...], seal: Seal) -> Row:
    return {key: seal(row["place"]) if name == "cursor" else row[name] for key, name in below}


def _ends(rows: list[Row], below: tuple[tuple[str, str], ...], seal: Seal) -> Mapping[str, str | None]:
    asked = {name for _, name in below}
    ends = {"start_cursor": rows[:1], "end_cursor": rows[-1:]}
    return {name: seal(found[0]["place"]) for name, found in ends.items() if name in asked and found}
