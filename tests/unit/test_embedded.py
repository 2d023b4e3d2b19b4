"""The embedded Neo4j: one server for all commands, found again, stopped for certain, never a stranger's."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import orjson
import psutil  # type: ignore[import-untyped]  # ships no type information
import pytest
from pydantic import SecretStr

from hub import cli
from hub.domain.errors import SetupError
from hub.graph import embedded, server_process
from hub.graph.connect import GraphAddress, address_of, sync_driver, sync_ping
from hub.graph.server_home import ServerHome, read_json, write_private
from hub.settings import Settings

HEAP_MB = 256


@pytest.fixture(scope="module")
def ours(servers: Path, worker_id: str) -> Iterator[Settings]:
    """Settings of a hub whose server these tests start, kill and stop."""
    settings = Settings(home=servers / f"hub-embedded-{worker_id}", neo4j_heap_mb=HEAP_MB)
    yield settings
    embedded.down(settings)


@pytest.fixture
def stranger() -> Iterator[psutil.Process]:
    """A live process that is none of the hub's."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        yield psutil.Process(child.pid)
        child.kill()


def _servers_of(settings: Settings) -> list[int]:
    mark = f"@{ServerHome.of(settings).arguments}"
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if mark in (process.info["cmdline"] or []) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _made_but_stopped(settings: Settings) -> ServerHome:
    home = ServerHome.of(settings)
    if not home.made.exists():
        embedded.up(settings)
    embedded.down(settings)
    return home


_AS_TYPED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from hub.cli import main; main()"
"""Ctrl-C reaches a command that somebody typed; tests may run in the background, where it does not."""


def _run(settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "HUB_HOME": str(settings.home), "HUB_NEO4J_HEAP_MB": str(HEAP_MB)}
    return subprocess.Popen(
        [sys.executable, "-c", _AS_TYPED, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )


def _until_it_says(command: subprocess.Popen[bytes], words: bytes) -> None:
    assert command.stderr is not None
    while words not in command.stderr.readline():
        assert command.poll() is None


def _count(address: GraphAddress, statement: str) -> int:
    with sync_driver(address) as driver:
        return int(driver.execute_query(statement)[0][0]["n"])


def test_two_commands_at_once_start_one_server_even_in_a_half_made_home(ours: Settings) -> None:
    half_made = ServerHome.of(ours).folder / "data" / "databases" / "system"
    half_made.mkdir(parents=True)
    (half_made / "neostore").write_bytes(b"cut off")
    commands = [_run(ours, "up", "--json") for _ in range(2)]
    told = [(command.communicate(timeout=150), command.returncode) for command in commands]
    assert [code for _, code in told] == [0, 0], told
    reports = [orjson.loads(out) for (out, _), _ in told]
    assert reports[0]["pid"] == reports[1]["pid"]
    assert _servers_of(ours) == [reports[0]["pid"]]
    assert embedded.state(ours).pid == reports[0]["pid"]


def test_up_again_gives_the_same_server(ours: Settings) -> None:
    first = embedded.up(ours)
    process = embedded.state(ours).pid
    assert embedded.up(ours) == first
    assert embedded.state(ours).pid == process
    assert _servers_of(ours) == [process]


def test_the_state_tells_where_it_is_and_since_when(ours: Settings) -> None:
    address = embedded.up(ours)
    state = embedded.state(ours)
    assert state.uri == address.uri == f"bolt://127.0.0.1:{state.port}"
    assert state.running
    assert state.version == embedded.VERSION
    assert state.uptime is not None
    assert 0 <= state.uptime < 600
    assert "Started." in state.log.read_text()
    assert "Fleet" not in state.log.read_text(), "it must not announce itself"
    with sync_driver(address) as driver:
        assert sync_ping(driver, address.database) == embedded.VERSION


def test_its_secrets_are_its_owners_only_and_in_no_command_line(ours: Settings) -> None:
    address = embedded.up(ours)
    home = ServerHome.of(ours)
    for path in (home.key, home.record, home.arguments):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in (home.keys, home.folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    secret = address.password.get_secret_value()
    assert secret not in repr(address)
    assert secret not in home.arguments.read_text()
    assert not (home.folder / "password.args").exists()
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not any(secret in word for command in commands for word in command)


def test_it_listens_on_the_loopback_address_only(ours: Settings) -> None:
    embedded.up(ours)
    state = embedded.state(ours)
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(state.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert len(listening) == 1


def test_a_server_whose_record_was_lost_is_found_again(ours: Settings) -> None:
    address = embedded.up(ours)
    pid = embedded.state(ours).pid
    ServerHome.of(ours).record.unlink()
    assert not embedded.state(ours).running
    assert embedded.up(ours) == address
    assert embedded.state(ours).pid == pid


def test_a_wrong_password_is_told_with_advice_and_changes_nothing(ours: Settings) -> None:
    embedded.up(ours)
    home, pid = ServerHome.of(ours), embedded.state(ours).pid
    right = read_json(home.key)
    assert right is not None
    write_private(home.key, {**right, "password": "not the right one"})
    try:
        with pytest.raises(SetupError) as caught:
            embedded.up(ours)
        assert "does not accept the password" in caught.value.message
        assert str(home.key) in caught.value.message
        assert "not the right one" not in str(caught.value)
        assert "hub graph rebuild" in caught.value.advice
        assert embedded.state(ours).pid == pid
    finally:
        write_private(home.key, right)
    embedded.up(ours)


def test_after_kill_9_up_recovers_the_data(ours: Settings) -> None:
    address = embedded.up(ours)
    with sync_driver(address) as driver:
        driver.execute_query("CREATE (:Probe {id: 'kept'})")
    pid = embedded.state(ours).pid
    assert pid is not None
    psutil.Process(pid).kill()
    again = embedded.up(ours)
    assert embedded.state(ours).pid != pid
    assert _servers_of(ours) == [embedded.state(ours).pid]
    assert _count(again, "MATCH (n:Probe {id: 'kept'}) RETURN count(n) AS n") == 1


def test_down_leaves_no_process_and_a_second_down_finds_none(ours: Settings) -> None:
    embedded.up(ours)
    assert embedded.down(ours)
    assert _servers_of(ours) == []
    assert not ServerHome.of(ours).record.exists()
    assert embedded.state(ours) == embedded.EmbeddedState(
        False, None, None, embedded.VERSION, ServerHome.of(ours).log, None
    )
    assert not embedded.down(ours)


def test_a_lost_password_is_told_and_starts_nothing(ours: Settings) -> None:
    home = _made_but_stopped(ours)
    kept = read_json(home.key)
    assert kept is not None
    home.key.unlink()
    try:
        with pytest.raises(SetupError, match="password of the embedded Neo4j is lost"):
            embedded.up(ours)
        assert not home.key.exists()
        assert _servers_of(ours) == []
    finally:
        write_private(home.key, kept)


def test_a_server_that_dies_on_start_leaves_its_last_words_and_nothing_else(ours: Settings) -> None:
    home = _made_but_stopped(ours)
    with pytest.raises(SetupError) as caught:
        embedded.up(ours.model_copy(update={"neo4j_heap_mb": 4}))
    assert "OutOfMemoryError" in caught.value.message
    assert "HUB_NEO4J_HEAP_MB" in caught.value.advice
    assert _servers_of(ours) == []
    assert not embedded.state(ours).running
    assert not home.record.exists()


def test_a_port_taken_meanwhile_is_left_to_who_has_it(ours: Settings) -> None:
    last = _made_but_stopped(ours).configured_port()
    assert last is not None
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", last))
        taken.listen()
        address = embedded.up(ours)
    assert embedded.state(ours).port != last
    assert address.uri.endswith(f":{embedded.state(ours).port}")
    assert embedded.down(ours)


@pytest.mark.parametrize("born", ["at the time recorded", "at another time"])
def test_a_stale_record_that_names_a_stranger_harms_nobody(
    tmp_path: Path, stranger: psutil.Process, born: str
) -> None:
    settings = Settings(home=tmp_path)
    home = ServerHome.of(settings)
    home.prepare()
    home.configure(1)
    created = stranger.create_time() - (0 if born == "at the time recorded" else 3600)
    record = server_process.Record(stranger.pid, created, 1, embedded.VERSION, "2026-01-01T00:00:00+00:00")
    write_private(home.record, asdict(record))
    assert not embedded.state(settings).running
    assert not embedded.down(settings)
    assert stranger.is_running()
    assert stranger.status() != psutil.STATUS_ZOMBIE
    assert not home.record.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_a_damaged_record_is_no_record(tmp_path: Path, text: str) -> None:
    settings = Settings(home=tmp_path)
    home = ServerHome.of(settings)
    home.prepare()
    home.record.write_text(text)
    assert not embedded.state(settings).running
    assert not embedded.down(settings)


def test_a_server_elsewhere_is_used_instead_and_nothing_is_made(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "hub",
        neo4j_uri="bolt://graph.example:7687",
        neo4j_user="hub",
        neo4j_password=SecretStr("a secret"),
        neo4j_database="city",
    )
    assert address_of(settings) == GraphAddress(
        "bolt://graph.example:7687", "hub", SecretStr("a secret"), "city"
    )
    assert not settings.home.exists()


def test_without_a_network_the_download_fails_with_advice_and_leaves_no_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("M2_REPO", str(tmp_path / "repository"))
    monkeypatch.setenv("JGO_CACHE_DIR", str(tmp_path / "cache"))
    settings = Settings(home=tmp_path / "hub")
    with pytest.raises(SetupError) as caught:
        embedded.up(settings)
    assert "could not be downloaded" in caught.value.message
    assert "HTTPS_PROXY" in caught.value.advice
    assert "HUB_NEO4J_URI" in caught.value.advice
    assert not list((tmp_path / "repository").rglob("*.jar"))
    assert not ServerHome.of(settings).folder.exists()
    assert _servers_of(settings) == []


def test_a_home_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SetupError, match="is a file"):
        embedded.up(Settings(home=tmp_path / "file" / "hub"))
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.mark.parametrize("words", ["up", "init", "serve --port 0"])
def test_an_impatient_user_leaves_no_server_behind(ours: Settings, words: str) -> None:
    home = _made_but_stopped(ours)
    command = _run(ours, *words.split())
    while not home.record.exists() and command.poll() is None:
        pass
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=60)
    assert command.returncode == cli.STOPPED
    assert out == b""
    assert err.splitlines()[-1].startswith(b"Stopped. Run the same command again")
    assert b"Traceback" not in err
    assert _servers_of(ours) == []
    assert not home.record.exists()


def test_an_impatient_user_need_not_wait_for_another_command(ours: Settings) -> None:
    home = _made_but_stopped(ours)
    with home.locked(lambda: None):
        command = _run(ours, "init")
        _until_it_says(command, b"Waiting for another command")
        command.send_signal(signal.SIGINT)
        _, err = command.communicate(timeout=60)
    assert command.returncode == cli.STOPPED
    assert b"Traceback" not in err


def test_a_download_that_is_stopped_leaves_no_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: Settings
) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "repository"))
    monkeypatch.setenv("JGO_CACHE_DIR", str(tmp_path / "cache"))
    with socket.create_server(("127.0.0.1", 0)) as silent_proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{silent_proxy.getsockname()[1]}")
        command = _run(ours.model_copy(update={"home": tmp_path / "hub"}), "init")
        asked, _ = silent_proxy.accept()  # for the first file
        with asked:
            command.send_signal(signal.SIGINT)
            _until_it_says(command, b"Stopping")
    _, err = command.communicate(timeout=60)
    assert command.returncode == cli.STOPPED
    assert b"Traceback" not in err
    assert not list((tmp_path / "repository").rglob("*.jar"))
    assert not (tmp_path / "hub" / "neo4j").exists()
