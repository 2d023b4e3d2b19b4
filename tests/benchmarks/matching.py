"""How well and how fast rows become persons: made-up cities with their truth, the hub beside simpler ways.

    uv run python -m tests.benchmarks.matching --persons 20000 --seeds 1 2 3 4 5

Every city is read through the hub's adapters and matched in a process of its own; the model is the one that comes
with the hub, trained on another city.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from hub.demo.city import write_registers
from hub.matching.comparisons import FIRST_PASS, SECOND_PASS
from hub.matching.evaluate import Row, evaluate, read_partition
from hub.matching.model import default_model
from hub.matching.persons import Matching
from hub.matching.rows import MatchRow
from tests.benchmarks.matching_beside import by_nik, by_points, by_stock_splink
from tests.benchmarks.registers import peak_mib
from tests.city_rows import city_rows

REGISTERS = ("dtks", "p3ke", "regsosek")
SCENARIOS = ("default", "hard")
_HUB = "hub"
_BARE = "bare Splink, one pass, scores only"
_TWICE = "bare Splink, both passes, scores only"
_BESIDE: Mapping[str, Callable[[Sequence[MatchRow]], dict[Row, str]]] = {
    "(a) equal valid NIK": by_nik,
    "(b) NIK, else 50/30/20 points": by_points,
    "(c) Splink as it comes": by_stock_splink,
}
_COLUMNS = (
    "city", "way", "F1", "of seeds", "precision", "recall", "F1 across", "F1 within", "B-cubed P", "B-cubed R",
    "seconds", "rows/s", "peak MiB",
)  # fmt: skip


def measured(persons: int, seed: int, scenario: str, registers: Sequence[str]) -> list[dict[str, Any]]:
    """The ways to match the rows of one city, with figures; the hub's own first, since peak memory is told of it."""
    with TemporaryDirectory(prefix="hub-bench-matching-") as folder:
        city = write_registers(Path(folder), persons, seed, hard=scenario == "hard")
        rows = city_rows(city, registers, Path(folder) / "reports")
        truth = read_partition(city.truth / "persons.csv")
    wanted = {row: person for row, person in truth.items() if row[0] in registers}

    def figures(way: str, found: Mapping[Row, str] | None, seconds: float) -> dict[str, Any]:
        quality = evaluate(found, wanted).as_dict() if found is not None else {}
        return {"city": scenario, "seed": seed, "way": way, "rows": len(rows), "seconds": seconds, **quality}

    told = [figures(_HUB, *_timed(partial(_matched, rows))) | {"peak_mib": peak_mib()}]
    told.append(figures(_BARE, *_timed(partial(_bare, rows, twice=False))))
    told.append(figures(_TWICE, *_timed(partial(_bare, rows, twice=True))))
    return [*told, *(figures(way, *_timed(partial(beside, rows))) for way, beside in _BESIDE.items())]


def _matched(rows: Sequence[MatchRow]) -> dict[Row, str]:
    with Matching(rows, default_model()) as matching:
        return {row: "/".join(person) for row, person in matching.match().persons.items()}


def _bare(rows: Sequence[MatchRow], *, twice: bool) -> None:
    """Splink alone on the same rows, model and rules; `twice`: the second pass too, on the same pairs."""
    with Matching(rows, default_model()) as matching:
        pairs = matching.scorer.candidates()
        matching.scorer.scores(pairs, FIRST_PASS, default_model().first)
        if twice:
            matching.scorer.scores(pairs, SECOND_PASS, default_model().second)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begun


def table(told: Sequence[Mapping[str, Any]]) -> str:
    """Means over the seeds, and the least and greatest F1, as Markdown."""
    lines = [" | ".join(_COLUMNS), " | ".join("---" for _ in _COLUMNS)]
    for city, way in dict.fromkeys((each["city"], each["way"]) for each in told):
        seeds = [each for each in told if (each["city"], each["way"]) == (city, way)]
        seconds, rows = (mean(each[name] for each in seeds) for name in ("seconds", "rows"))
        peak = [str(max(each["peak_mib"] for each in seeds))] if "peak_mib" in seeds[0] else [""]
        speed = [f"{seconds:.1f}", f"{rows / seconds:,.0f}", *peak]
        lines.append(" | ".join([city, way, *_quality(seeds), *speed]))
    return "\n".join(f"| {line} |" for line in lines)


def _quality(seeds: Sequence[Mapping[str, Any]]) -> list[str]:
    if "all" not in seeds[0]:
        return [""] * 8
    f1 = [each["all"]["f1"] for each in seeds]
    means = [mean(each[part][name] for each in seeds) for part, name in _MEANS]
    cubed = [mean(each[f"b_cubed_{name}"] for each in seeds) for name in ("precision", "recall")]
    return [
        f"{mean(f1):.4f}",
        f"{min(f1):.4f} to {max(f1):.4f}",
        *(f"{each:.4f}" for each in (*means, *cubed)),
    ]


_MEANS = (("all", "precision"), ("all", "recall"), ("across", "f1"), ("within", "f1"))


def _main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--cities", nargs="+", choices=SCENARIOS, default=SCENARIOS)
    parser.add_argument("--registers", nargs="+", default=REGISTERS)
    parser.add_argument(
        "--json", action="store_true", help="Print every city's figures instead of the table."
    )
    asked = parser.parse_args()
    if len(asked.seeds) == len(asked.cities) == 1:
        told = measured(asked.persons, asked.seeds[0], asked.cities[0], asked.registers)
    else:
        told = [line for city in asked.cities for seed in asked.seeds for line in _alone(asked, city, seed)]
    sys.stdout.write(orjson.dumps(told).decode() if asked.json else table(told))
    sys.stdout.write("\n")


def _alone(asked: argparse.Namespace, city: str, seed: int) -> list[dict[str, Any]]:
    sys.stderr.write(f"Matching the {city} city of seed {seed}\n")
    arguments = ["--persons", str(asked.persons), "--seeds", str(seed), "--cities", city, "--registers"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.matching", *arguments, *asked.registers, "--json"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        check=True,
    )
    return list(orjson.loads(done.stdout))


if __name__ == "__main__":
    _main()
