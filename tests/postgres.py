"""A private PostgreSQL cluster for a test session, from the binaries that the system has."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

ADVICE = "PostgreSQL's server is not installed: `apt-get update && apt-get install -y postgresql`."
_CONFIG = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
max_connections = 200
"""


def binaries() -> Path | None:
    """Folder of the newest `initdb` and `pg_ctl`, or None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def start(folder: Path, binaries: Path) -> str:
    """The session's cluster, started by whichever worker comes first; its SQLAlchemy address."""
    told = folder / "postgres.json"
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            url = _start(folder / "postgres", binaries)
            told.write_text(json.dumps({"url": url, "binaries": str(binaries)}))
    return str(json.loads(told.read_text())["url"])


def stop(folder: Path) -> None:
    """Stop the cluster that a session started in this folder, if any."""
    data = folder / "postgres" / "data"
    if not (data / "postmaster.pid").exists():
        return
    found = binaries()
    if found is not None:
        _run(folder / "postgres", found / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", check=False)


def sync_to_disk(url: str) -> None:
    """Have the cluster sync each commit to disk, as tests do not need but measures do."""
    plain = url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = on")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def database(url: str) -> Iterator[str]:
    """A database of its own in the cluster, dropped afterwards."""
    name = f"t_{secrets.token_hex(8)}"
    plain = url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _start(home: Path, binaries: Path) -> str:
    user = _user()
    home.mkdir(mode=0o700)
    if user is not None:
        shutil.chown(home, user)
    password = secrets.token_hex(16)
    secret, data = home / "password", home / "data"
    secret.write_text(password)
    initdb = (
        "-D",
        data,
        "-U",
        "hub",
        "-A",
        "scram-sha-256",
        f"--pwfile={secret}",
        "-E",
        "UTF8",
        "--locale=C",
    )
    _run(home, binaries / "initdb", *initdb, "--no-sync")
    port = _free_port()
    with (data / "postgresql.conf").open("a") as config:
        config.write(_CONFIG.format(port=port))
    _run(home, binaries / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-t", "60", "start")
    return f"postgresql+psycopg://hub:{password}@127.0.0.1:{port}/postgres"


def _run(home: Path, *command: str | Path, check: bool = True) -> None:
    # PostgreSQL refuses to run as root. Output goes to a file: the server would hold an inherited pipe open.
    user = _user()
    with (home / "commands.log").open("ab") as log:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            start_new_session=True,
            timeout=120,
            check=False,
        )
    if check and done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{(home / 'commands.log').read_text()[-2000:]}")


def _user() -> str | None:
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
