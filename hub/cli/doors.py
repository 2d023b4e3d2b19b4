"""What commands do with a hub that stands: ask it, change it, under a local account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from hub.bootstrap import OpenHub, open_hub
from hub.cli import settings
from hub.cli.output import Report, watching
from hub.domain.facts import Receipt

T = TypeVar("T")


def with_hub(work: Callable[[OpenHub, Report], Awaitable[T]], *, quiet: bool) -> T:
    """What some work gives, its progress shown. SetupError where there is no hub: none is founded."""

    async def run(report: Report) -> T:
        async with open_hub(settings(), report, founding=False) as opened:
            return await work(opened, report)

    with watching(quiet=quiet) as report:
        return asyncio.run(run(report))


def asked(who: str, question: Any, *, quiet: bool, shown: bool = False) -> Any:
    """The answer to a question. `shown`: once the graph shows everything that stands in the ledger."""

    async def work(opened: OpenHub, report: Report) -> Any:
        if shown:
            await opened.shown(report)
        return (await opened.doors.ask(opened.actor(who), question)).data

    return with_hub(work, quiet=quiet)


def submitted(who: str, command: Any, *, quiet: bool) -> Receipt:
    """The receipt of a change."""

    async def work(opened: OpenHub, report: Report) -> Receipt:
        return await opened.doors.submit(opened.actor(who), command, wait=False)

    return with_hub(work, quiet=quiet)
