"""All benchmarks by name, and one run of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from hub.domain.errors import HubError, InvalidInput
from hub.graph.connect import Progress
from tests.benchmarks.append import append
from tests.benchmarks.audit import audit
from tests.benchmarks.commits import commits_on_postgresql, commits_on_sqlite
from tests.benchmarks.enrolments import enrolments
from tests.benchmarks.graphql import graphql
from tests.benchmarks.intake import intake
from tests.benchmarks.measure import Ground, Row
from tests.benchmarks.points import points
from tests.benchmarks.proof import proof
from tests.benchmarks.registers import registers
from tests.benchmarks.searches import searches

BENCHMARKS: Mapping[str, Callable[[Ground], list[Row]]] = MappingProxyType({
    "intake": intake,
    "registers": registers,
    "enrolments": enrolments,
    "append": append,
    "sqlite": commits_on_sqlite,
    "postgresql": commits_on_postgresql,
    "verify": audit,
    "proof": proof,
    "points": points,
    "graphql": graphql,
    "searches": searches,
})  # fmt: skip


def run(only: Iterable[str], *, quick: bool, progress: Progress) -> list[dict[str, Any]]:
    """Rows of the benchmarks named, or of all, as plain values; what was started is stopped, however this ends.

    A row that could not be measured because of an error of the hub is marked `failed`.

    Raises InvalidInput for a name that is none.
    """
    names = list(dict.fromkeys(only)) or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise InvalidInput(f"There is no benchmark {unknown[0]!r}.", f"Known: {', '.join(BENCHMARKS)}.")
    found: list[dict[str, Any]] = []
    with _ground(quick, progress) as ground:
        for done, name in enumerate(names):
            progress(f"Measuring {name}", done, len(names))
            found += [{"benchmark": name, **row.as_dict()} for row in _measured(name, ground)]
    return found


def _measured(name: str, ground: Ground) -> list[Row]:
    """The rows of one benchmark; what the hub refuses to do is a row, too, and the others are measured all the same."""
    try:
        rows = BENCHMARKS[name](ground)
    except HubError as error:
        return [Row(name, None, "", note=str(error), failed=True)]
    assert rows, f"{name} measured nothing"
    return rows


@contextmanager
def _ground(quick: bool, progress: Progress) -> Iterator[Ground]:
    with TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder), quick=quick, progress=progress)
        try:
            yield ground
        finally:
            progress("Stopping what was started", 0, None)
            ground.close()
