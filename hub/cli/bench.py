"""`hub bench`: measures of this machine, as ratios to what bounds them in the same run."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any, NoReturn, cast

import typer
from rich.console import Console

from hub import __version__
from hub.cli.output import emit, watching
from hub.domain.errors import SetupError, Unavailable

_SUITE = "tests.benchmarks.suite"
_COLUMNS = ("measure", "hub", "unit", "beside", "its", "ratio", "note")
_NUMBERS = ("hub", "its", "ratio")


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="Small and few: shows that all run, not how fast.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help="Name of a benchmark; may be given again.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Measure intake, ledger and API, each beside a bare driver, insert or handler in the same run.

    Works in a folder and with servers of its own, which are gone afterwards; the hub's own data are not touched.
    """
    run = _suite()
    with _stoppable(), watching("rows", quiet=json) as report:
        rows = run(only or (), quick=quick, progress=report)
    machine = {
        "hub": __version__,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
    }
    emit({"machine": machine, "quick": quick, "rows": rows}, json, lambda out: _print(out, machine, rows))
    if failed := [row["what"] for row in rows if row["failed"]]:
        raise Unavailable(
            f"Not measured because of errors: {', '.join(failed)}.", "The notes tell what went wrong."
        )


def _suite() -> Callable[..., list[dict[str, Any]]]:
    """What runs benchmarks. They stand with the tests, which an installed hub does not bring along."""
    try:
        return cast("Callable[..., list[dict[str, Any]]]", import_module(_SUITE).run)
    except ModuleNotFoundError as error:
        if error.name is None or not _SUITE.startswith(error.name):
            raise
        raise SetupError(
            "The benchmarks are not part of an installed hub.",
            "Run `uv run hub bench` in a checkout of its source.",
        ) from None


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ends on SIGTERM and on a closed terminal as on Ctrl-C, so that servers are stopped then, too."""

    def stop(signum: int, frame: object) -> NoReturn:
        # Once is enough: another signal must not cut the stopping short.
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + signum)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {each: signal.signal(each, stop) for each in signals}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)


def _print(out: Console, machine: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """A Markdown table that is also one for the eye."""
    lines = [_COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = tuple(
        "-" * (width - 1) + (":" if name in _NUMBERS else "-")
        for name, width in zip(_COLUMNS, widths, strict=True)
    )
    for line in (_COLUMNS, rule, *lines[1:]):
        cells = (
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for name, cell, width in zip(_COLUMNS, line, widths, strict=True)
        )
        out.print(f"| {' | '.join(cells)} |", markup=False)
    out.print(
        f"\n{machine['cores']} cores, Python {machine['python']}, hub {machine['hub']}, {machine['system']}",
        markup=False,
    )


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}x"
    return (
        row["what"],
        _number(row["ours"]),
        row["unit"],
        row["beside"],
        _number(row["limit"]),
        ratio,
        row["note"],
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
