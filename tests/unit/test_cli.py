"""The command line: exit codes by error class, JSON for programs, secrets never shown."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from hub import __version__, cli
from hub.cli.servers import without_password
from hub.domain.errors import InvalidInput, SetupError, Unavailable
from hub.graph.connect import GraphAddress

# Root may write anywhere, unless its capabilities are taken.
_LIKE_ANYBODY = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


def _hub(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_LIKE_ANYBODY, sys.executable, "-m", "hub", *arguments],
        env={**os.environ, "HUB_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_imports_none(tmp_path: Path) -> None:
    done = _hub(tmp_path, "--help")
    assert done.returncode == 0
    for entry in cli.COMMANDS:
        assert entry.name in done.stdout
    code = "import sys; from hub import cli; cli.run(['--help']); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("'neo4j'", "'sqlalchemy'", "'strawberry'", "'pydantic_settings'", "'hub.cli.servers'"):
        assert heavy not in loaded


def test_the_version_is_told(tmp_path: Path) -> None:
    assert _hub(tmp_path, "version").stdout == f"hub {__version__}\n"
    assert orjson.loads(_hub(tmp_path, "version", "--json").stdout)["hub"] == __version__


def test_status_starts_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "hub"
    done = _hub(home, "status", "--json", HUB_LEDGER_URL="postgresql+psycopg://hub:secret@db/hub")
    assert done.returncode == 0
    found = orjson.loads(done.stdout)
    assert found["home"] == str(home)
    assert found["graph"]["kind"] == "embedded"
    assert found["graph"]["running"] is False
    assert found["graph"]["log"] == str(home / "neo4j" / "logs" / "neo4j.log")
    assert found["ledger"]["address"] == "postgresql+psycopg://hub@db/hub"
    assert set(found["versions"]) == {"hub", "neo4j", "java", "python"}
    assert "secret" not in done.stdout + done.stderr
    assert not home.exists()
    assert "not running" in _hub(home, "status").stdout


def test_status_of_a_server_elsewhere(tmp_path: Path, graph_address: GraphAddress) -> None:
    secret = graph_address.password.get_secret_value()
    done = _hub(tmp_path, "status", "--json", HUB_NEO4J_URI=graph_address.uri, HUB_NEO4J_PASSWORD=secret)
    graph = orjson.loads(done.stdout)["graph"]
    assert (graph["kind"], graph["answers"], graph["uri"]) == ("external", True, graph_address.uri)
    assert secret not in done.stdout + done.stderr
    wrong = _hub(tmp_path, "status", "--json", HUB_NEO4J_URI=graph_address.uri, HUB_NEO4J_PASSWORD="wrong")
    graph = orjson.loads(wrong.stdout)["graph"]
    assert graph["answers"] is False
    assert "refused" in graph["fault"]


def test_an_error_is_told_on_stderr_with_advice_and_its_exit_code(tmp_path: Path) -> None:
    elsewhere = {"HUB_NEO4J_URI": "bolt://127.0.0.1:9", "HUB_NEO4J_PASSWORD": "none"}
    done = _hub(tmp_path, "up", **elsewhere)
    assert done.returncode == Unavailable.exit_code
    assert done.stdout == ""
    assert "error: Neo4j can't be reached.\n" in done.stderr
    assert "Traceback" not in done.stderr
    done = _hub(tmp_path, "up", "--json", **elsewhere)
    assert done.returncode == Unavailable.exit_code
    assert orjson.loads(done.stderr)["error"]["code"] == "UNAVAILABLE"
    assert list(tmp_path.iterdir()) == []


def test_settings_that_can_not_be_used_are_named_without_their_values(tmp_path: Path) -> None:
    done = _hub(tmp_path, "status", HUB_NEO4J_HEAP_MB="a lot")
    assert done.returncode == SetupError.exit_code
    assert "HUB_NEO4J_HEAP_MB" in done.stderr
    assert "a lot" not in done.stderr


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    done = _hub(tmp_path, "conquer")
    assert done.returncode == 2
    assert "conquer" in done.stderr


def test_down_without_a_server_says_so(tmp_path: Path) -> None:
    done = _hub(tmp_path / "hub", "down", "--json")
    assert (done.returncode, orjson.loads(done.stdout)) == (0, {"stopped": False})
    assert not (tmp_path / "hub").exists()


def test_the_city_names_each_of_its_files_with_its_rows(tmp_path: Path) -> None:
    written = _hub(
        tmp_path / "hub", "city", "--out", str(tmp_path / "city"), "--persons", "200", "--seed", "5"
    )
    assert written.returncode == 0
    lines = {line.split()[0]: line for line in written.stdout.splitlines()[1:]}
    assert set(lines) == {file.name for file in (tmp_path / "city").glob("*.csv")}
    for name, line in lines.items():
        rows = len((tmp_path / "city" / name).read_bytes().splitlines()) - 1
        assert line.split()[1] == str(rows) != "0"
        assert len(line) <= 80
    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize("command", ["init", "up", "demo --no-serve"])
@pytest.mark.parametrize("home", ["file", "file/hub", "locked", "locked/hub"])
def test_a_home_that_can_not_be_used_is_told_by_every_command(
    tmp_path: Path, home: str, command: str
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "locked").mkdir(mode=0o500)
    done = _hub(tmp_path / home, *command.split())
    assert done.returncode == SetupError.exit_code
    first, advice = done.stderr.splitlines()
    assert first.startswith(f"error: HUB_HOME is {tmp_path / home}, but ")
    assert "HUB_HOME" in advice
    assert (tmp_path / "file").read_text() == "mine"
    assert list((tmp_path / "locked").iterdir()) == []


def test_a_file_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = _hub(tmp_path / "hub", "city", "--out", str(tmp_path / "file"))
    assert done.returncode == InvalidInput.exit_code
    assert f"{tmp_path / 'file'}" in done.stderr
    assert "--out" in done.stderr
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "keys").write_text("not a folder")
    done = _hub(tmp_path / "hub", "token", "operator")
    assert done.returncode == SetupError.exit_code
    assert f"error: {tmp_path / 'hub' / 'keys'}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("stage", ["import_module", "application"])
def test_ctrl_c_while_modules_are_imported_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stage: str
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, stage, stopped)
    assert cli.run(["version"]) == cli.STOPPED == 130
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("Stopped. Run the same command again")
    assert len(told.err.splitlines()) == 1
    assert cli.run(["version", "--json"]) == cli.STOPPED
    assert orjson.loads(capsys.readouterr().err)["error"]["code"] == "STOPPED"


def test_little_is_imported_before_ctrl_c_is_minded() -> None:
    code = "import sys, hub.cli; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'typer'" not in loaded


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////var/hub/ledger.db", "sqlite:////var/hub/ledger.db"),
        ("postgresql+psycopg://u:p%40x@h:5432/db", "postgresql+psycopg://u@h:5432/db"),
        (
            "postgresql+psycopg://u@h/db?password=p&sslmode=require",
            "postgresql+psycopg://u@h/db?sslmode=require",
        ),
        ("postgresql+psycopg:///db?host=/run/pg", "postgresql+psycopg:///db?host=/run/pg"),
        ("bolt://127.0.0.1:7687", "bolt://127.0.0.1:7687"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_a_user_of_uv_is_told_what_to_type(tmp_path: Path) -> None:
    for variables, called in (({}, "hub"), ({"UV_RUN_RECURSION_DEPTH": "1"}, "uv run hub")):
        environment = {key: value for key, value in os.environ.items() if key != "UV_RUN_RECURSION_DEPTH"}
        for words, told in (
            ("ledger checkpoint", f"`{called} init`"),
            ("--help", f"`{called} demo`"),
            ("status", f"`{called} up`"),
        ):
            done = subprocess.run(
                [sys.executable, "-m", "hub", *words.split()],
                env={**environment, **variables, "HUB_HOME": str(tmp_path / called)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert told in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_told_at_once_and_the_option_advised_is_there(tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = _hub(tmp_path / "hub", command, "--port", port)
    assert done.returncode == SetupError.exit_code
    assert f"Port {port} of 127.0.0.1 can't be used" in done.stderr
    assert "`--port`" in done.stderr
    assert not (tmp_path / "hub").exists()
    listed = _hub(tmp_path, command, "--help").stdout
    assert "--port" in listed
    assert "--host" in listed


def test_the_help_of_evaluate_names_the_truth_that_the_city_writes(tmp_path: Path) -> None:
    listed = _hub(tmp_path, "match", "evaluate", "--help", COLUMNS="200").stdout
    assert "truth/persons.csv" in listed
    assert "truth/enrolments.csv" in listed
    assert "hub city" in listed
