"""`hub graph`: build the graph anew from the ledger, or find where the two differ."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from hub.bootstrap import OpenGraph, open_graph
from hub.cli import settings
from hub.cli.output import Report, emit, watching
from hub.domain.errors import Conflict
from hub.domain.kinds import Log
from hub.graph.check import Difference, differences

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_MOST_SHOWN = 50


@app.command()
def rebuild(json: AsJson = False) -> None:
    """Drop the graph and replay the ledger: the same graph comes out, whatever was done to it.

    Until it is done the graph answers nothing, also not to a hub that serves meanwhile.
    """
    started = time.perf_counter()
    with watching("rows", quiet=json) as report, open_graph(settings(), report) as opened:
        report("Emptying the graph", 0, None)
        opened.projector.begin_anew()
        seq = _replay(opened, report)
    found = {"entries": seq, "seconds": round(time.perf_counter() - started, 2)}
    emit(found, json, lambda out: out.print(f"The graph shows all {seq:,} entries ({found['seconds']} s)."))


@app.command()
def check(json: AsJson = False) -> None:
    """Fold the ledger and compare it with the graph, subject by subject.

    Exit code 7 when they differ: somebody edited the graph behind the hub's back. `hub graph rebuild` mends it.
    """
    with watching("rows", quiet=json) as report, open_graph(settings(), report) as opened:
        _replay(opened, report)
        report("Comparing the graph with the ledger", 0, None)
        seq, found = differences(opened.driver, opened.database, opened.source)
    told = {"as_of_seq": seq, "ok": not found, "differences": [asdict(each) for each in found]}
    emit(told, json, lambda out: _print(out, seq, found))
    if found:
        raise Conflict(
            f"The graph differs from the ledger in {len(found)} places.",
            "`hub graph rebuild` makes it equal again.",
        )


def _replay(opened: OpenGraph, report: Report) -> int:
    """Copy what is missing, or wait for the process that holds the lease to do so; returns the head."""
    size = opened.ledger.size(Log.CHANGES)
    while True:
        seq = opened.projector.catch_up(lambda seq: report("Replaying the ledger", seq, size))
        if seq >= size:
            return seq
        time.sleep(0.2)


def _print(out: Console, seq: int, found: list[Difference]) -> None:
    for each in found[:_MOST_SHOWN]:
        out.print(f"{each.label} {each.subject} {each.what}")
    if len(found) > _MOST_SHOWN:
        out.print(f"… and {len(found) - _MOST_SHOWN} more (--json names all)")
    if not found:
        out.print(f"Graph and ledger agree, as of entry {seq:,}.")
