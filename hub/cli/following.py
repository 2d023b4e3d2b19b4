"""A process of its own that copies into the graph while this one takes rows in: each has a core to itself."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from hub.bootstrap import OpenHub, open_graph
from hub.domain.errors import HubError
from hub.domain.ids import new_id
from hub.settings import Settings

_COMMAND = (sys.executable, "-m", "hub.cli.following")


@asynccontextmanager
async def following_apart(opened: OpenHub) -> AsyncIterator[subprocess.Popen[bytes] | None]:
    """Have another process follow the ledger until the context ends; None where somebody else does so already.

    Nothing depends on it: should it die or be unable to go on, this process follows again.
    """
    holder = f"{os.getpid()}-apart-{new_id()}"
    if not await asyncio.to_thread(_handed_over, opened, holder):
        yield None
        return
    process = await asyncio.to_thread(_started, opened.settings, holder)
    try:
        yield process
    finally:
        await asyncio.to_thread(process.communicate)


def _handed_over(opened: OpenHub, holder: str) -> bool:
    try:
        return opened.projector.hand_over(holder)
    except HubError:
        return False  # no graph answers: this process goes on trying, and tells why


def _started(settings: Settings, holder: str) -> subprocess.Popen[bytes]:
    """Settings go through the pipe, since they hold a password, which anybody could read in a command line."""
    process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE)  # noqa: S603 - our own module
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it died at once: this process will follow again
        process.stdin.write(pickle.dumps((settings, holder)))
        process.stdin.flush()
    return process


def _follow() -> None:
    """Follow until the asker says nothing more, which is also what its death sounds like."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # reaches both at once; the asker decides what is left to do
    settings, holder = pickle.load(sys.stdin.buffer)  # noqa: S301 - from who started us
    with suppress(HubError), open_graph(settings, holder=holder) as opened:
        opened.projector.start()
        sys.stdin.buffer.read()
        opened.projector.close()


if __name__ == "__main__":
    _follow()
