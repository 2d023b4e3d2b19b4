"""The embedded server's own folder: where its files are, its password, its configuration, its lock."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from hub.domain.errors import SetupError
from hub.keyfile import replace
from hub.settings import Settings

USER = "neo4j"
DATABASE = "neo4j"
_LOOK_SECONDS = 0.1
_PORT = re.compile(r"^server\.bolt\.listen_address=127\.0\.0\.1:(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ServerHome:
    """Names of files and folders under HUB_HOME; nothing is read or made by naming it."""

    root: Path
    keys: Path
    heap_mb: int

    @classmethod
    def of(cls, settings: Settings) -> ServerHome:
        """The home of the embedded server under these settings, with absolute paths."""
        return cls(settings.home.absolute(), settings.keys.absolute(), settings.neo4j_heap_mb)

    @property
    def folder(self) -> Path:
        """Neo4j's own home."""
        return self.root / "neo4j"

    @property
    def conf(self) -> Path:
        """Folder of its configuration."""
        return self.folder / "conf"

    @property
    def arguments(self) -> Path:
        """File of the arguments of its Java process; its path in a command line marks the process as ours."""
        return self.folder / "java.args"

    @property
    def record(self) -> Path:
        """File that says which process runs."""
        return self.folder / "server.json"

    @property
    def made(self) -> Path:
        """File that appears once the first start has succeeded; without it the folder is half made."""
        return self.folder / "made.json"

    @property
    def log(self) -> Path:
        """Neo4j's log for people."""
        return self.folder / "logs" / "neo4j.log"

    @property
    def console(self) -> Path:
        """What the Java process writes to its standard output and error."""
        return self.folder / "logs" / "console.log"

    @property
    def key(self) -> Path:
        """File of the password."""
        return self.keys / "neo4j.json"

    @contextmanager
    def locked(self, waiting: Callable[[], None]) -> Iterator[None]:
        """One command at a time; the lock falls with its process. `waiting` is called when another has it."""
        demand_writable(self.root)
        with refused("make"):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.root / "neo4j.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            lock(handle, waiting)
            yield
        finally:
            os.close(handle)

    def prepare(self) -> None:
        """Make what is missing, and throw away what a first start left half made."""
        with refused("make"):
            for folder in (self.keys, self.folder, self.conf, self.log.parent):
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o700)  # also one that somebody else has made
            if self.log.exists():
                self.log.replace(self.log.with_name("neo4j.log.previous"))
            if not self.made.exists():
                shutil.rmtree(self.folder / "data", ignore_errors=True)
                shutil.rmtree(self.folder / "run", ignore_errors=True)

    def password(self) -> str:
        """The password, drawn and kept when there is none yet.

        Raises SetupError when the key file is lost or damaged although the server was made with it.
        """
        kept = read_json(self.key)
        if kept is not None and isinstance(kept.get("password"), str):
            return str(kept["password"])
        if self.made.exists():
            raise SetupError(
                f"The password of the embedded Neo4j is lost: {self.key} is missing or damaged.",
                f"Put that file back; or remove {self.folder} and run `hub graph rebuild`: "
                "the graph is a copy of the ledger and is made anew from it.",
            )
        drawn = secrets.token_hex(24)  # hexadecimal: no sign in it means anything to a command line
        write_private(self.key, {"user": USER, "password": drawn})
        return drawn

    def configure(self, port: int) -> None:
        """Write the server's configuration for a port on the loopback address."""
        lines = (
            "# Written by the hub at every start.",
            f"server.bolt.listen_address=127.0.0.1:{port}",
            f"server.bolt.advertised_address=127.0.0.1:{port}",
            "server.bolt.telemetry.enabled=false",
            "server.http.enabled=false",
            "server.https.enabled=false",
            "dbms.usage_report.enabled=false",
            # Neither tell the local network that it exists, nor offer itself to a manager elsewhere.
            "server.fleet_discovery.enabled=false",
            "dbms.fleet_manager.enabled=false",
            # Data are safe long before: without this the network layer idles for ten more seconds.
            "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration=0s",
            "internal.dbms.bolt.netty_server_shutdown_timeout=500ms",
            f"server.memory.heap.initial_size={self.heap_mb // 2}m",
            f"server.memory.heap.max_size={self.heap_mb}m",
            f"server.memory.pagecache.size={max(64, self.heap_mb // 2)}m",
            # The graph is a copy of the ledger: logs for point-in-time recovery would only fill the disk.
            "db.tx_log.rotation.retention_policy=1 files",
            "db.tx_log.rotation.size=64m",
            "db.tx_log.preallocate=false",
        )
        (self.conf / "neo4j.conf").write_text("\n".join(lines) + "\n", "utf-8")

    def configured_port(self) -> int | None:
        """The port of the newest configuration."""
        try:
            found = _PORT.search((self.conf / "neo4j.conf").read_text("utf-8"))
        except OSError:
            return None
        return int(found[1]) if found else None

    def free_port(self) -> int:
        """The port of the last start while nobody else took it, else one that the system chooses."""
        for port in (self.configured_port(), 0):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port or 0))
                except OSError:
                    continue
                return int(probe.getsockname()[1])
        raise SetupError(
            "No port is free on 127.0.0.1.", "Stop programs that hold connections, then try again."
        )

    def last_words(self) -> str:
        """The end of what the server of the newest start has written, for an error message."""
        said = [
            line
            for path in (self.log, self.console)
            if path.exists()
            for line in path.read_text("utf-8", "replace").splitlines()[-12:]
        ]
        return "\n".join(f"  {line}" for line in said)


def lock(handle: int, waiting: Callable[[], None]) -> None:
    """Take the lock on an open file; while another has it, `waiting` is told again and again, and may raise."""
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            waiting()
            time.sleep(_LOOK_SECONDS)


def write_private(path: Path, data: Mapping[str, Any]) -> None:
    """Write JSON that only its owner may read: whole or not at all."""
    with refused("write"):
        replace(path, orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file, or None when it is missing or no such thing."""
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None


def demand_writable(home: Path) -> None:
    """Raise SetupError unless HUB_HOME is a folder that the hub may write to, or one that it can make."""
    there = next(each for each in (home.absolute(), *home.absolute().parents) if os.path.exists(each))
    if not there.is_dir():
        raise SetupError(
            f"HUB_HOME is {home}, but {there} is a file.", "Set HUB_HOME to a folder, or to one to be made."
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise SetupError(
            f"HUB_HOME is {home}, but the hub may not write to {there}.",
            "Give it the right to, or set HUB_HOME to another folder.",
        )


@contextmanager
def refused(doing: str) -> Iterator[None]:
    """What the file system refuses comes out as SetupError."""
    try:
        yield
    except OSError as error:
        raise SetupError(
            f"The hub can't {doing} {error.filename or 'its files'}: {error.strerror}.",
            "Check free disk space and permissions, or set HUB_HOME to another folder.",
        ) from error
