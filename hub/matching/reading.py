"""How the matcher reads what the ledger holds: stretch by stretch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from hub.domain.facts import Actor
from hub.questions.model import EntryRows, HouseholdsKnown, MatchesKnown, MatchRows, PersonsStanding, Stays
from hub.service import Doors

Progress = Callable[[str, int, int | None], None]
"""Told again and again: the stage, how much is done, how much in all (None: not known)."""


async def pages(
    hub: Doors,
    matcher: Actor,
    question: type[MatchRows | MatchesKnown | Stays | HouseholdsKnown | EntryRows | PersonsStanding],
) -> AsyncIterator[Mapping[str, Any]]:
    """All stretches of the answer to a question, in order."""
    after: str | None = ""
    while after is not None:
        found = (await hub.ask(matcher, question(after))).data
        yield found
        after = found["next"]
