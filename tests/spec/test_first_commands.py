"""What a new user runs first: `hub init`, `hub policy adopt` and `hub demo`, beside a server that may be away."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from hub.cli import run
from hub.demo.city import write_registers
from hub.domain.errors import SetupError, Unavailable
from hub.settings import Settings


class Command:
    """Runs commands of a hub in this process; what they print is read as JSON."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def use(self, settings: Settings) -> None:
        assert settings.neo4j_uri is not None
        assert settings.neo4j_password is not None
        for name, value in (
            ("HOME", str(settings.home)),
            ("NEO4J_URI", settings.neo4j_uri),
            ("NEO4J_PASSWORD", settings.neo4j_password.get_secret_value()),
        ):
            self._monkeypatch.setenv(f"HUB_{name}", value)

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = run(list(words))
        told = self._capsys.readouterr()
        return code, told.out, told.err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_init_makes_every_key_that_a_copy_must_hold(command: Command, settings: Settings) -> None:
    command.use(settings)
    code, out, _ = command("init", "--json")
    assert code == 0
    assert orjson.loads(out)["graph"] == {"follows": True, "fault": None}
    made = {file.name: file.read_bytes() for file in settings.keys.glob("*.json")}
    assert set(made) == {"ledger.json", "tokens.json"}
    assert command("token", "operator")[0] == 0
    assert {file.name: file.read_bytes() for file in settings.keys.glob("*.json")} == made


def test_adopting_the_rules_in_force_says_so(command: Command, settings: Settings) -> None:
    command.use(settings)
    founded = orjson.loads(command("init", "--json")[1])
    code, out, _ = command("policy", "adopt", "--json")
    told = orjson.loads(out)
    assert (code, told["policy_version"], told["changed"]) == (0, 1, False)
    assert "version 1 is in force already" in command("policy", "adopt")[1]
    assert orjson.loads(command("init", "--json")[1])["entries"] == founded["entries"]


def test_what_is_taken_in_while_nothing_listens_stands_and_the_exit_code_says_what_is_lacking(
    command: Command, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        uri = f"bolt://127.0.0.1:{free.getsockname()[1]}"
    command.use(Settings(home=tmp_path / "hub", neo4j_uri=uri, neo4j_password=SecretStr("x")))
    city = write_registers(tmp_path / "city", 30, 1, registers=("dtks",))
    words = ("intake", "dtks", str(city.dtks), "--release", "2024-05", "--as-of", city.as_of)
    for begun in (words, ("match", "run")):
        code, out, err = command(*begun, "--json")
        assert code == Unavailable.exit_code
        told = orjson.loads(out)
        assert told["rows"] > 0
        assert told["graph"]["follows"] is False
        assert told["graph"]["fault"]["code"] == "UNAVAILABLE"
        assert "stand in the ledger, but the graph does not show it" in err


def test_where_nothing_listens_the_ledger_stands_and_the_exit_code_says_that_the_graph_does_not(
    command: Command, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        uri = f"bolt://127.0.0.1:{free.getsockname()[1]}"
    command.use(Settings(home=tmp_path / "hub", neo4j_uri=uri, neo4j_password=SecretStr("x")))
    code, out, err = command("init", "--json")
    assert code == Unavailable.exit_code
    told = orjson.loads(out)
    assert told["entries"] > 0
    assert told["graph"]["follows"] is False
    assert told["graph"]["fault"]["code"] == "UNAVAILABLE"
    assert orjson.loads(err)["error"]["message"].startswith(
        "The ledger stands, but the graph does not show it"
    )
    code, out, err = command("init")
    assert code == Unavailable.exit_code
    assert out.startswith(f"The ledger stands: {told['entries']} entries")
    assert err.splitlines()[-2].startswith("error: The ledger stands, but")
    code, out, _ = command("policy", "adopt", "--json")
    assert (code, orjson.loads(out)["changed"]) == (Unavailable.exit_code, False)


def test_a_wrong_password_and_the_graph_of_another_hub_are_named(
    command: Command, settings: Settings, tmp_path: Path
) -> None:
    command.use(settings.model_copy(update={"neo4j_password": SecretStr("wrong")}))
    code, out, err = command("init")
    assert code == SetupError.exit_code
    assert out.startswith("The ledger stands")
    assert "refused the hub's user name or password" in err
    assert "HUB_NEO4J_PASSWORD" in err
    command.use(settings)
    assert command("init")[0] == 0
    command.use(settings.model_copy(update={"home": tmp_path / "other"}))
    code, out, err = command("init")
    assert code == SetupError.exit_code
    assert out.startswith("The ledger stands")
    assert "the copy of another ledger" in err
    assert "a database of its own" in err
    assert command("demo", "--no-serve", "--persons", "200")[0] == SetupError.exit_code
    assert not (tmp_path / "other" / "demo").exists()


def persons_seen(told: dict[str, Any]) -> dict[str, int]:
    answers = {each["account"]: each["answer"] for each in told["accounts"]}
    return {name: each["persons"]["totalCount"] for name, each in answers.items() if "persons" in each}


def test_the_demo_of_a_small_city_answers_every_account_also_when_another_city_is_taken_in_later(
    command: Command, settings: Settings
) -> None:
    command.use(settings)
    code, out, _ = command("demo", "--no-serve", "--json", "--persons", "200", "--seed", "5")
    first = orjson.loads(out)
    assert code == 0
    assert first["address"] is None
    assert all(each["accepted"] > 0 for each in first["intake"])
    seen = persons_seen(first)
    assert seen["operator"] == seen["dadang.lurah"] > seen["sari.dinsos"] > 0
    code, out, _ = command("demo", "--no-serve", "--json", "--persons", "200", "--seed", "1")
    assert code == 0
    later = persons_seen(orjson.loads(out))
    assert later["operator"] == later["dadang.lurah"] >= seen["dadang.lurah"]
    assert later["sari.dinsos"] >= seen["sari.dinsos"]
    assert (
        "serve` serves these answers" in command("demo", "--no-serve", "--persons", "200", "--seed", "1")[1]
    )
