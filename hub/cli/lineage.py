"""`hub lineage`: where a person's values come from, and what was decided from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from hub.bootstrap import STEWARD
from hub.cli.doors import asked
from hub.cli.files import write_private
from hub.cli.lineage_tree import branches, picture
from hub.cli.output import emit
from hub.domain.errors import NotFound
from hub.questions.model import Lineage


def lineage(  # noqa: PLR0913, PLR0917  # options of a command line, all by name
    subject: Annotated[str, typer.Argument(help="Id of a person, household, enrolment or source record.")],
    field: Annotated[
        str | None, typer.Option(help="Trace only this golden value of a person, e.g. name or nik.")
    ] = None,
    depth: Annotated[int, typer.Option(help="How many steps to follow, at most 10.")] = 3,
    prov: Annotated[Path | None, typer.Option(help="Write it as W3C PROV-JSON, too.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Draw it, too.")] = None,
    name: Annotated[str, typer.Option("--as", help="Account that asks.")] = STEWARD,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Tell where values come from: rows of registers, judgements, corrections, who and when; and what was decided.

    What is shown of a person is recorded, as it is over the API.
    """
    found = asked(name, Lineage(subject, field, depth), quiet=json)
    if found is None:
        raise NotFound("There is no such subject, or not for you.", "Check the id.")
    if prov is not None:
        write_private(prov, orjson.dumps(found["prov_json"], option=orjson.OPT_INDENT_2).decode() + "\n")
    if svg is not None:
        write_private(svg, picture(found))
    emit(found, json, lambda out: _print(out, found, (prov, svg)))


def _print(out: Console, found: dict[str, Any], written: tuple[Path | None, ...]) -> None:
    for branch in branches(found):
        out.print(f"{'  ' * branch.depth}{branch.sign}{branch.text}", markup=False)
        if branch.by:
            out.print(f"{'  ' * branch.depth}    {branch.by}", markup=False)
    if found["truncated"]:
        out.print("There is more than is told at once: name a --field, or a smaller --depth.")
    for file in filter(None, written):
        out.print(f"Written to {file}", markup=False)
