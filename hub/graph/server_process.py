"""The embedded server's process: started detached, told apart from strangers, stopped for certain."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no type information

from hub.domain.errors import SetupError
from hub.graph.server_home import ServerHome, read_json, refused, write_private

STOP_SECONDS = 20.0
"""How long a server may take to shut down before it is killed."""

# Java reads these before its arguments; memory settings and agents of others are not meant for this server.
_NOT_INHERITED = ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")

# A child of this very process stays a zombie until it is waited for; its Popen does that.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Record:
    """What `server.json` says of the process that was started."""

    pid: int
    created: float
    """When the process came to be, as the system tells it: a later process may have the same pid."""
    port: int
    version: str
    started_at: str


def find(home: ServerHome, version: str) -> Record | None:
    """The server that runs from this home, or None. A record of a process gone or not ours is dropped.

    A server whose record was lost (the command that started it was killed) is found by its command line.
    """
    kept = look(home)
    if kept is not None:
        return kept
    home.record.unlink(missing_ok=True)
    port = home.configured_port()
    if port is None:
        return None
    return next((_record(home, pid, port, version) for pid in psutil.pids() if _is_ours(pid, home)), None)


def look(home: ServerHome) -> Record | None:
    """The server that the record names, if it still runs. Changes nothing."""
    _bury()
    try:
        kept = Record(**(read_json(home.record) or {}))
        same = _same(psutil.Process(kept.pid), kept)
    except (TypeError, ValueError, psutil.Error):
        return None
    return kept if same and _is_ours(kept.pid, home) else None


def start(home: ServerHome, java: Path, port: int, version: str) -> Record:
    """Start the server of this home, so that it outlives this command, and write its record."""
    with refused("start Java in"), home.console.open("wb") as console:
        child = subprocess.Popen(  # noqa: S603 - java and its arguments are ours
            [str(java), _mark(home)],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            cwd=home.folder,
            env=java_environment(home),
            umask=0o077,
            start_new_session=True,
        )
    _children[child.pid] = child
    try:
        return _record(home, child.pid, port, version)
    except BaseException:
        child.kill()
        child.wait()
        home.record.unlink(missing_ok=True)
        raise


def java_environment(home: ServerHome) -> Mapping[str, str]:
    """The environment for a Java process of this home."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {**kept, "NEO4J_HOME": str(home.folder), "NEO4J_CONF": str(home.conf)}


def stop(home: ServerHome, record: Record, patience: float = STOP_SECONDS) -> None:
    """Ask the server to shut down, kill it when it has not done so in time, and drop its record."""
    for end in (signal.SIGTERM, signal.SIGKILL):
        if _is_ours(record.pid, home):
            with suppress(ProcessLookupError):
                os.kill(record.pid, end)
            _wait(record, patience)
    home.record.unlink(missing_ok=True)


def runs(home: ServerHome, record: Record) -> bool:
    """Whether the process of a record that was found or started here still runs."""
    return _is_ours(record.pid, home)


@atexit.register
def _let_go() -> None:
    # The servers are meant to outlive this process; Popen would warn of it.
    for child in _children.values():
        child.returncode = child.poll() or 0


def _bury() -> None:
    for child in [child for child in _children.values() if child.poll() is not None]:
        del _children[child.pid]


def _wait(record: Record, patience: float) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and _lives(record):
        time.sleep(0.05)


def _lives(record: Record) -> bool:
    child = _children.get(record.pid)
    if child is not None:
        return child.poll() is None
    try:
        process = psutil.Process(record.pid)
        # Whoever started it may not have waited for it yet: a zombie is as good as gone.
        return bool(process.status() != psutil.STATUS_ZOMBIE and _same(process, record))
    except psutil.NoSuchProcess:
        return False


def _same(process: psutil.Process, record: Record) -> bool:
    return abs(float(process.create_time()) - record.created) < 1


def _record(home: ServerHome, pid: int, port: int, version: str) -> Record:
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        raise SetupError("Java ended at once.", f"It said:\n{home.last_words()}") from None
    started_at = datetime.fromtimestamp(created, UTC).isoformat(timespec="seconds")
    record = Record(pid, created, port, version, started_at)
    write_private(home.record, asdict(record))
    return record


def _mark(home: ServerHome) -> str:
    return f"@{home.arguments}"


def _is_ours(pid: int, home: ServerHome) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and _mark(home) in process.cmdline()
    except psutil.Error:
        return False
