"""Failure points: where a test can kill the process between two steps of a change."""

from __future__ import annotations

import os
import signal

_KILL_AT = os.environ.get("HUB_KILL_AT", "")
"""Name of the step before which the process kills itself, or `name:n` for the n-th time it is reached."""

_reached = 0


def reach(step: str) -> None:
    """Mark a step of a change. Costs one comparison unless a test asked to die here."""
    if _KILL_AT and _KILL_AT.partition(":")[0] == step:
        _die(int(_KILL_AT.partition(":")[2] or 1))


def _die(after: int) -> None:
    global _reached  # noqa: PLW0603 - a process dies once, and only a test sets this up
    _reached += 1
    if _reached >= after:
        os.kill(os.getpid(), signal.SIGKILL)
