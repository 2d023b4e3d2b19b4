"""Forms golden persons from the records of a closed release, a stretch at a time."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from hub.commands.people import FormPersons
from hub.domain.facts import Actor
from hub.questions.model import ReleaseRecords
from hub.service import Doors

_STRIDE = 500
_NAMESPACE = uuid.UUID("6f1d5a1e-3b1f-4f43-9d57-2f6b8a4f6a55")
"""Of request ids: the same stretch of the same release is formed once, however often it is asked."""


async def form_persons(hub: Doors, matcher: Actor, release: str, progress: Callable[[int], None]) -> int:
    """Submit every person record of a closed release; returns how many there were.

    A run that was killed goes on where it was: stretches that were formed before give their old receipts.
    """
    after: int | None = 0
    done = 0
    while after is not None:
        found = (await hub.ask(matcher, ReleaseRecords(release, after))).data
        for begin in range(0, len(found["records"]), _STRIDE):
            records = tuple(found["records"][begin : begin + _STRIDE])
            request = str(uuid.uuid5(_NAMESPACE, f"{release}:{after}:{begin}"))
            await hub.submit(matcher, FormPersons(records), request=request, wait=False)
            done += len(records)
            progress(done)
        after = found["next"]
    return done
