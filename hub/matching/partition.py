"""The partitions as they stand: whose every row, entry and unit of the closed releases is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from hub.commands.intake import REGISTERS
from hub.domain.facts import Actor
from hub.matching.evaluate import Row, mostly
from hub.questions.model import ReleaseHouseholds, ReleasePersons, Releases
from hub.service import Doors


async def partition(hub: Doors, actor: Actor, progress: Callable[[int], None]) -> dict[Row, str]:
    """(register, row key) → person, of every row that belongs to one; a look at it is recorded."""
    return await _given(hub, actor, progress, lambda register: register in REGISTERS)


async def enrolled(hub: Doors, actor: Actor, progress: Callable[[int], None]) -> dict[Row, str]:
    """(programme, row key) → person, of every entry that enrols one; a look at it is recorded."""
    return await _given(hub, actor, progress, lambda register: register not in REGISTERS)


async def _given(
    hub: Doors, actor: Actor, progress: Callable[[int], None], wanted: Callable[[str], bool]
) -> dict[Row, str]:
    rows: dict[Row, str] = {}
    async for each in _rows(hub, actor, ReleasePersons, wanted):
        if each["person"]:
            rows[each["register"], each["row_key"]] = each["person"]
            progress(len(rows))
    return rows


async def household_partition(hub: Doors, actor: Actor, progress: Callable[[int], None]) -> dict[Row, str]:
    """(register, key of the unit) → household. A unit told at two addresses is of the one that most of them are of."""
    told: dict[Row, Counter[str]] = defaultdict(Counter)
    async for each in _rows(hub, actor, ReleaseHouseholds, REGISTERS.__contains__):
        if each["household"]:
            told[each["register"], each["row_key"]][each["household"]] += 1
            progress(len(told))
    return mostly(told)


async def _rows(
    hub: Doors,
    actor: Actor,
    question: type[ReleasePersons | ReleaseHouseholds],
    wanted: Callable[[str], bool],
) -> AsyncIterator[Mapping[str, Any]]:
    for release in (await hub.ask(actor, Releases())).data:
        ours = release["status"] == "CLOSED" and wanted(release["register"])
        after: int | None = 0 if ours else None
        while after is not None:
            found = (await hub.ask(actor, question(release["id"], after))).data
            for each in found["rows"]:
                yield each
            after = found["next"]
