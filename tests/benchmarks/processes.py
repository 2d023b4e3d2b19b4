"""Servers as processes of their own, which end with the block that needs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson

from hub.settings import Settings

_PATIENCE = 15
"""Seconds that a server is given to stop by itself."""


@contextmanager
def serving(settings: Settings, log: Path, *arguments: str, given: bytes = b"") -> Iterator[str]:
    """Run `python ARGUMENTS` with these settings; gives the address that it prints as JSON once it is reachable.

    Raises RuntimeError with what stands in `log` when it ends before that.
    """
    with log.open("wb") as errors:
        # In a session of its own, so that Ctrl-C reaches this process alone, which then stops the other.
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(settings),
            start_new_session=True,
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            with process.stdin:
                process.stdin.write(given)
            yield _address(process.stdout, log)
        finally:
            _stop(process)


def _address(told: IO[bytes], log: Path) -> str:
    text = b""
    for line in told:
        text += line
        if line.startswith(b"}"):
            return str(orjson.loads(text)["address"])
    raise RuntimeError(f"A server did not start. It said:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _environment(settings: Settings) -> dict[str, str]:
    """The environment without what it says of another hub, and with these settings."""
    assert settings.neo4j_uri is not None
    assert settings.neo4j_password is not None
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("HUB_")}
    return kept | {
        "HUB_HOME": str(settings.home),
        "HUB_ORIGIN": settings.origin,
        "HUB_NEO4J_URI": settings.neo4j_uri,
        "HUB_NEO4J_USER": settings.neo4j_user,
        "HUB_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
        "HUB_NEO4J_DATABASE": settings.neo4j_database,
    }
