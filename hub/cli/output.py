"""What commands print: results on stdout, progress and errors on stderr, colours for people only."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import orjson
import structlog
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from hub.domain.errors import HubError

Report = Callable[[str, int, int | None], None]
"""Told again and again what is under way: the stage, how much is done, how much in all (None: not known)."""


def emit(data: Any, json: bool, human: Callable[[Console], None]) -> None:
    """A command's result, once: `data` as JSON for programs, else what `human` prints on the console."""
    if json:
        text = orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)
        sys.stdout.write(text.decode())
    else:
        human(Console(soft_wrap=True, highlight=False))
    sys.stdout.flush()  # those who serve afterwards go on for long


def fault_told(fault: HubError | None) -> dict[str, str] | None:
    """What is the matter with the graph, for programs."""
    if fault is None:
        return None
    return {"code": fault.code, "message": fault.message, "advice": fault.advice}


def raise_fault(fault: HubError | None, stands: str) -> None:
    """End a command whose work stands in the ledger, `stands` saying so, while the graph does not show it."""
    if fault is not None:
        raise type(fault)(f"{stands}, but the graph does not show it: {fault.message}", fault.advice)


@contextmanager
def watching(unit: Literal["bytes", "rows"] = "bytes", *, quiet: bool = False) -> Iterator[Report]:
    """Shows on stderr what is under way: a bar and the time on a terminal, elsewhere a line for each stage.

    `quiet`: only on a terminal, for commands asked for JSON.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(quiet)
        return
    amount = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), amount, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def report(stage: str, done: int, total: int | None) -> None:
            bar.update(task, description=stage, completed=done, total=total, visible=True)

        yield report


def logs_to_stderr(level: int = logging.WARNING) -> None:
    """Log lines must not mix with results, which programs read from stdout."""
    structlog.configure(
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is then, not now
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


def _lines(quiet: bool) -> Report:
    last: str | None = None

    def report(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if stage != last and not quiet:
            last = stage
            print(f"{stage} …", file=sys.stderr, flush=True)

    return report
