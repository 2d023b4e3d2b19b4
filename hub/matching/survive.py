"""Persons' values by the rules in force: chosen anew once after rules were set, a stretch at a time."""

from __future__ import annotations

from dataclasses import dataclass

from hub.commands.survivorship import ChoosePersons
from hub.domain.facts import Actor
from hub.matching.reading import Progress, pages
from hub.questions.model import PersonsStanding, SurvivorshipInForce
from hub.service import Doors

_STRIDE = 400


@dataclass(frozen=True, slots=True)
class Survived:
    """What choosing anew came to."""

    edition: int
    """Edition of the rules in force."""
    persons: int
    """Persons who were looked at; none when all had been, since these rules were set."""
    changed: int
    """Those of them whose values, or what decided on them, are other than before."""


async def survive(hub: Doors, matcher: Actor, progress: Progress) -> Survived:
    """Choose everybody's values by the rules in force, unless that was done since they were set.

    Only what is different is written. A run that was stopped is made good by the next one.
    """
    rules = (await hub.ask(matcher, SurvivorshipInForce())).data
    edition = rules["edition"]
    if rules["applied_edition"] == edition:
        return Survived(edition, 0, 0)
    before = await _editions(hub, matcher)
    persons = list(before)
    for begin in range(0, len(persons), _STRIDE):
        progress("Choosing values", begin, len(persons))
        await hub.submit(matcher, ChoosePersons(tuple(persons[begin : begin + _STRIDE])), wait=False)
    await hub.submit(matcher, ChoosePersons((), edition), wait=False)
    after = await _editions(hub, matcher)
    changed = sum(after.get(each) == edition != was for each, was in before.items())
    return Survived(edition, len(persons), changed)


async def _editions(hub: Doors, matcher: Actor) -> dict[str, int]:
    """Person → edition of the rules that chose their values last."""
    found: dict[str, int] = {}
    async for page in pages(hub, matcher, PersonsStanding):
        found |= {each["person"]: each["edition"] for each in page["persons"]}
    return found
