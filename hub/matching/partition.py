"""The partition as it stands: which person every row of the closed releases was given to, and every entry of lists."""

from __future__ import annotations

from collections.abc import Callable

from hub.commands.intake import REGISTERS
from hub.domain.facts import Actor
from hub.matching.evaluate import Row
from hub.questions.model import ReleasePersons, Releases
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
    for release in (await hub.ask(actor, Releases())).data:
        ours = release["status"] == "CLOSED" and wanted(release["register"])
        after: int | None = 0 if ours else None
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
