"""The partitions as they stand: which person or household every row of the closed releases was given to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from hub.domain.facts import Actor
from hub.matching.evaluate import Row, mostly
from hub.questions.model import ReleaseHouseholds, ReleasePersons, Releases
from hub.service import Doors


async def partition(hub: Doors, actor: Actor, progress: Callable[[int], None]) -> dict[Row, str]:
    """(register, row key) → person, of every row that belongs to one; a look at it is recorded."""
    rows: dict[Row, str] = {}
    async for each in _rows(hub, actor, ReleasePersons):
        if each["person"]:
            rows[each["register"], each["row_key"]] = each["person"]
            progress(len(rows))
    return rows


async def household_partition(hub: Doors, actor: Actor, progress: Callable[[int], None]) -> dict[Row, str]:
    """(register, key of the unit) → household. A unit told at two addresses is of the one that most of them are of."""
    told: dict[Row, Counter[str]] = defaultdict(Counter)
    async for each in _rows(hub, actor, ReleaseHouseholds):
        if each["household"]:
            told[each["register"], each["row_key"]][each["household"]] += 1
            progress(len(told))
    return mostly(told)


async def _rows(
    hub: Doors, actor: Actor, question: type[ReleasePersons | ReleaseHouseholds]
) -> AsyncIterator[Mapping[str, Any]]:
    for release in (await hub.ask(actor, Releases())).data:
        after: int | None = 0 if release["status"] == "CLOSED" else None
        while after is not None:
            found = (await hub.ask(actor, question(release["id"], after))).data
            for each in found["rows"]:
                yield each
            after = found["next"]
