"""After persons are formed: entries of programme lists become enrolments, and what is new of them is written."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.commands.enrolling import EnrolMatched, FoundEntry
from hub.domain.facts import Actor
from hub.matching.batches import MOST
from hub.matching.entries import Placing, place
from hub.matching.model import Model
from hub.matching.persons import Key
from hub.matching.reading import pages
from hub.matching.rows import MatchRow, RowName, match_row
from hub.questions.model import EntryRows
from hub.service import Doors


@dataclass(frozen=True, slots=True)
class Formed:
    """What the run found of persons."""

    rows: Mapping[str, MatchRow]
    """Record → row."""
    persons: Mapping[Key, Key]
    """Row → first row of its person."""
    model: Model
    digest: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of the entries of all lists."""

    enrolled: int
    """Entries that enrol a person."""
    doubtful: int
    """Entries that a person should look at: somebody comes near, but is not sure."""
    unmatched: int
    """Entries about somebody whom no register seems to know."""
    changed: int
    """Entries of which something new was written."""


@dataclass(slots=True)
class _Entries:
    """Entries as they stand, in the order of their records."""

    told: list[Mapping[str, Any]] = field(default_factory=list)
    rows: list[MatchRow] = field(default_factory=list)


async def enrol(hub: Doors, matcher: Actor, formed: Formed) -> Enrolled:
    """Give every entry to its person, or to nobody. Entries of which nothing is new are left alone."""
    entries = await _read(hub, matcher)
    rows = list(formed.rows.values())
    placings = await asyncio.to_thread(place, entries.rows, rows, formed.persons, formed.model)
    record_of = {row.key: record for record, row in formed.rows.items()}
    new: dict[str, list[FoundEntry]] = defaultdict(list)
    for told, placing in zip(entries.told, placings, strict=True):
        found = _found(told["record"], placing, record_of)
        if _is_new(told, found):
            new[told["register"]].append(found)
    for programme, each in _batches(new):
        await hub.submit(matcher, EnrolMatched(programme, each, formed.digest), wait=False)
    enrolled, doubtful = (sum(getattr(each, name) for each in placings) for name in ("sure", "doubtful"))
    return Enrolled(enrolled, doubtful, len(placings) - enrolled - doubtful, sum(map(len, new.values())))


async def _read(hub: Doors, matcher: Actor) -> _Entries:
    entries = _Entries()
    async for page in pages(hub, matcher, EntryRows):
        for each in page["rows"]:
            entries.told.append(each)
            # An entry tells its address itself.
            entries.rows.append(
                match_row(RowName(each["register"], each["row_key"]), each["values"], each["values"])
            )
    return entries


def _found(entry: str, placing: Placing, record_of: Mapping[Key, str]) -> FoundEntry:
    nearest = placing.nearest[:1] if placing.sure else placing.nearest
    candidates = tuple((record_of[each.row], round(1000 * each.weight)) for each in nearest)
    return FoundEntry(entry, candidates, placing.sure)


def _is_new(told: Mapping[str, Any], found: FoundEntry) -> bool:
    """Weights alone are nothing new: they move with the number of rows."""
    if not told["judged"]:
        return True
    if found.sure:
        return told["persons_rows"] is None or found.candidates[0][0] not in told["persons_rows"]
    return told["persons_rows"] is not None or told["candidates"] != [
        record for record, _ in found.candidates
    ]


def _batches(
    new: Mapping[str, Sequence[FoundEntry]],
) -> Iterable[tuple[str, tuple[FoundEntry, ...]]]:
    """Programme by programme, so many entries at once."""
    for programme, found in sorted(new.items()):
        for begin in range(0, len(found), MOST):
            yield programme, tuple(found[begin : begin + MOST])
