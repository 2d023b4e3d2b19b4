"""How many entries of programme lists enrol the right person, held against the truth of made-up cities."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from hub.bootstrap import open_hub
from hub.cli.intake import take_in_and_form
from hub.cli.match import adopted_and_matched
from hub.demo.city import CityFiles, write_registers
from hub.graph.connect import silent
from hub.intake.release import Delivery
from hub.matching.evaluate import Quality, evaluate_entries, read_enrolments, read_partition
from hub.matching.partition import enrolled, partition
from hub.settings import Settings
from tests.benchmarks.material import SEED
from tests.benchmarks.measure import Ground, Row, without_graph
from tests.benchmarks.registers import deliveries

_REGISTERS = ("p3ke", "regsosek", "dtks")


def enrolments(ground: Ground) -> list[Row]:
    """Precision and recall of the entries of all lists, on a default city and a hard one."""
    return [row for hard in (False, True) for row in _city(ground, hard=hard)]


def _city(ground: Ground, *, hard: bool) -> list[Row]:
    city = write_registers(ground.fresh("city"), 1_000 if ground.quick else 8_000, SEED, hard=hard)
    found = asyncio.run(_matched(without_graph(ground.settings()), city))["all"]
    what = f"enrolments, {'hard' if hard else 'default'} city"
    known = f"of {found.true:,} entries about persons whom a register knows"
    return [
        Row(f"{what}: precision", 100 * found.precision, "%", note=f"of {found.found:,} entries that enrol"),
        Row(f"{what}: recall", 100 * found.recall, "%", note=known),
    ]


async def _matched(settings: Settings, city: CityFiles) -> Mapping[str, Quality]:
    """Three registers and all lists through a whole run, as `hub match evaluate` tells it."""
    async with open_hub(settings) as opened:
        lists = [Delivery(code, (file,), "ukur", city.as_of) for code, file in city.programmes.items()]
        registers = [each for each in deliveries(city) if each.register in _REGISTERS]
        for each in (*registers, *lists):
            await take_in_and_form(opened, each, silent)
        await adopted_and_matched(opened, silent)
        rows = await partition(opened.doors, opened.steward, lambda done: None)
        found = await enrolled(opened.doors, opened.steward, lambda done: None)
    truth = {
        entry: person
        for entry, person in read_enrolments(city.truth / "enrolments.csv").items()
        if entry[0] in {code for code, _ in found}
    }
    return evaluate_entries(found, truth, rows, read_partition(city.truth / "persons.csv"))
