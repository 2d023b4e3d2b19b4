"""What checks by key need of the ledger: how many an actor asked lately, and which matches wait for a judgement."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from hub.commands.bonds import QUEUED, outcome_of
from hub.domain.days import written
from hub.domain.errors import LimitReached
from hub.domain.kinds import Log
from hub.ledger.rows import EntryRow, table
from hub.ledger.store import Ledger
from hub.questions.checks import RECORDS
from hub.questions.model import PersonCheck

_ENTRY = table(EntryRow)
_SPAN = timedelta(hours=1)
CHECKS_PER_HOUR = 60
"""Unless the settings say otherwise: more than a counter sees, less than it takes to try birth dates out."""


class Quota:
    """How often each actor may ask under an action within an hour, counted from the record of their answers.

    A miss is recorded like a hit, so it counts like one; a restart forgets nothing.
    """

    def __init__(self, ledger: Ledger, action: str, most: int) -> None:
        self._ledger = ledger
        self._action = action
        self._most = most
        self._under_way: Counter[str] = Counter()

    @asynccontextmanager
    async def one(self, actor: str) -> AsyncIterator[None]:
        """Room for one more answer. Raises LimitReached; those under way count, so asking at once gains nothing."""
        self._under_way[actor] += 1
        place = self._under_way[actor]
        try:
            given = await asyncio.to_thread(self._given, actor)
            if given + place > self._most:
                raise LimitReached(
                    f"You have asked {self._most} such questions within an hour.",
                    "Go on later; whom a programme holds is read from its list instead.",
                )
            yield
        finally:
            self._under_way[actor] -= 1

    def _given(self, actor: str) -> int:
        since = written(datetime.now(UTC) - _SPAN)
        query = select(func.count()).where(
            _ENTRY.c.log == Log.DISCLOSURES.value, _ENTRY.c.actor == actor,
            _ENTRY.c.action == self._action, _ENTRY.c.at >= since,
        )  # fmt: skip
        with self._ledger.reading() as connection:
            return int(connection.execute(query).scalar_one())


def completed(ledger: Ledger, question: PersonCheck, data: dict[str, Any]) -> None:
    """Add to the graph's answer what only the ledger knows: whether a match of who was found waits for a judgement."""
    if _waits(ledger, data.pop(RECORDS)):
        data.update({each.key: True for each in question.selection if each.name == "possible_duplicate"})


def _waits(ledger: Ledger, records: Iterable[str]) -> bool:
    found = ledger.find_many(("matches_of", each) for each in records)
    matches = ledger.subjects(dict.fromkeys(each for some in found.values() for each in some))
    return any(outcome_of(each) == QUEUED for each in matches.values())
