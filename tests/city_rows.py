"""Rows of a made-up city as the matcher gets them: its files through the hub's adapters, without ledger or graph."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from hub.commands.intake import CloseRelease, Incoming, OpenRelease, TakeRecords
from hub.demo.city import CityFiles
from hub.demo.people import P3KE_DAY, REGSOSEK_DAY
from hub.domain.facts import Actor, Receipt
from hub.intake.release import Delivery, take_in
from hub.matching.rows import MatchRow, RowName, match_row
from hub.questions.model import Answer

_LABEL = "ukur"


class _Desk:
    """Doors that keep what intake submits, and know nothing else."""

    def __init__(self) -> None:
        self.persons: list[Incoming] = []
        self.dwellings: dict[str, Incoming] = {}

    async def submit(
        self,
        actor: Actor,
        command: Any,
        *,
        request: str | None = None,
        expected: int | None = None,
        wait: bool = True,
    ) -> Receipt:
        """Keep the records of a chunk."""
        assert isinstance(command, OpenRelease | TakeRecords | CloseRelease)
        if isinstance(command, TakeRecords):
            for each in (*command.records, *command.beside):
                self._keep(each)
        return Receipt(1, "release", 1, "", "", projected=False)

    async def ask(self, actor: Actor, question: Any) -> Answer:
        """There are no releases."""
        return Answer([], 0)

    def _keep(self, record: Incoming) -> None:
        if record.unit == "person":
            self.persons.append(record)
        elif record.unit == "dwelling" and not (record.spare and record.identity in self.dwellings):
            self.dwellings[record.identity] = record


def city_rows(city: CityFiles, registers: Collection[str], reports: Path) -> list[MatchRow]:
    """The rows of these registers of a city."""
    return [row for each in _deliveries(city) if each.register in registers for row in _rows(each, reports)]


def _deliveries(city: CityFiles) -> list[Delivery]:
    files = (
        ("p3ke", city.p3ke, P3KE_DAY.isoformat()),
        ("regsosek", city.regsosek, REGSOSEK_DAY.isoformat()),
        ("dtks", (city.dtks,), city.as_of),
        ("dtsen", city.dtsen, city.as_of),
        ("dukcapil", (city.dukcapil,), city.as_of),
    )
    return [Delivery(register, paths, _LABEL, day) for register, paths, day in files]


def _rows(delivery: Delivery, reports: Path) -> Iterator[MatchRow]:
    desk = _Desk()
    asyncio.run(
        take_in(desk, Actor("reader"), delivery, reports=reports / delivery.register, progress=lambda _: None)
    )
    for each in desk.persons:
        dwelling = desk.dwellings.get(each.dwelling or "")
        unit = dwelling.row_key if dwelling else each.dwelling
        name = RowName(delivery.register, each.row_key, unit, delivery.label)
        yield match_row(name, each.standardised, dwelling.standardised if dwelling else None)
