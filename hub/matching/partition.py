"""The partition as it stands: which person every row of the closed releases was given to."""

from __future__ import annotations

from collections.abc import Callable

from hub.domain.facts import Actor
from hub.matching.evaluate import Row
from hub.questions.model import ReleasePersons, Releases
from hub.service import Doors


async def partition(hub: Doors, actor: Actor, progress: Callable[[int], None]) -> dict[Row, str]:
    """(register, row key) → person, of every row that belongs to one; a look at it is recorded."""
    rows: dict[Row, str] = {}
    for release in (await hub.ask(actor, Releases())).data:
        after: int | None = 0 if release["status"] == "CLOSED" else None
        while after is not None:
            found = (await hub.ask(actor, ReleasePersons(release["id"], after))).data
            rows |= {
                (each["register"], each["row_key"]): each["person"]
                for each in found["rows"]
                if each["person"]
            }
            progress(len(rows))
            after = found["next"]
    return rows
