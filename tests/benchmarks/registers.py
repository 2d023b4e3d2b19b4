"""Every register from its files to readable persons, and what a larger file costs in time and memory."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import orjson

from hub.demo.city import CityFiles, write_registers
from hub.demo.people import P3KE_DAY, REGSOSEK_DAY
from hub.graph.connect import SyncDriver
from hub.intake.release import Delivery
from hub.settings import Settings
from tests.benchmarks.intake import BARE, Graph, taken_in
from tests.benchmarks.material import SEED
from tests.benchmarks.measure import Ground, Row, empty, seconds, without_graph

_GROWTH = (20_000, 200_000)
"""Rows of DTKS; about three rows in eight persons."""
_PERSONS_A_ROW = 2.66


def registers(ground: Ground) -> list[Row]:
    """Rows a second of each register until sealed and until readable; of DTKS at two sizes, with peak memory."""
    city = write_registers(ground.fresh("city"), 1_200 if ground.quick else 8_000, SEED)
    with ground.driver() as driver:
        rows = [row for each in deliveries(city) for row in _register(ground, driver, each)]
    return [*rows, *(() if ground.quick else (_grown(ground, each) for each in _GROWTH))]


def deliveries(city: CityFiles) -> list[Delivery]:
    """One release of every register of a city."""
    files = (
        ("p3ke", city.p3ke, P3KE_DAY.isoformat()),
        ("regsosek", city.regsosek, REGSOSEK_DAY.isoformat()),
        ("dtks", (city.dtks,), city.as_of),
        ("dtsen", city.dtsen, city.as_of),
        ("dukcapil", (city.dukcapil,), city.as_of),
    )
    lists = [Delivery(code, (file,), "ukur", city.as_of) for code, file in city.programmes.items()]
    return [*(Delivery(register, paths, "ukur", day) for register, paths, day in files), *lists[:1]]


def _register(ground: Ground, driver: SyncDriver, delivery: Delivery) -> list[Row]:
    sealed, rows = asyncio.run(taken_in(without_graph(ground.settings()), delivery))
    empty(driver, ground.graph.database)
    readable, _ = asyncio.run(taken_in(ground.settings(), delivery))
    graph = Graph.read(driver, ground.graph.database)
    empty(driver, ground.graph.database)
    bare = rows / seconds(lambda: graph.write(driver, ground.graph.database))
    note = f"{rows:,} rows, {graph.size[0]:,} nodes, {graph.size[1]:,} relationships"
    return [
        Row(f"{delivery.register}: files to sealed facts", rows / sealed, "rows/s", note="Neo4j down"),
        Row(f"{delivery.register}: files to readable", rows / readable, "rows/s", BARE, bare, note),
    ]


def _grown(ground: Ground, number: int) -> Row:
    """A DTKS file of about that many rows, taken in by a process of its own."""
    city = write_registers(ground.fresh("city"), int(number * _PERSONS_A_ROW), SEED, registers=("dtks",))
    home = without_graph(ground.settings()).home
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.registers", str(home), str(city.dtks), city.as_of],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        check=True,
    )
    told = orjson.loads(done.stdout)
    note = f"peak memory {told['peak_mib']:,} MiB; flat means the same rows/s at every size"
    return Row(
        f"dtks: {told['rows']:,} rows to sealed facts", told["rows"] / told["seconds"], "rows/s", note=note
    )


def _alone(home: Path, file: Path, as_of: str) -> None:
    settings = without_graph(Settings(home=home))
    took, rows = asyncio.run(taken_in(settings, Delivery("dtks", (file,), "ukur", as_of)))
    sys.stdout.write(orjson.dumps({"seconds": took, "rows": rows, "peak_mib": peak_mib()}).decode())


def peak_mib() -> int:
    """Most memory this process has held; `getrusage` would tell that of the parent where it held more."""
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) // 1024


if __name__ == "__main__":
    _alone(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
