"""What a policy admin types: `hub policy …`, `hub account …`, `hub grant` and `hub revoke`, and what they read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

import policies
from hub.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from hub.settings import Settings
from tests.spec.test_first_commands import Command

RULE = "petugas_kelurahan, *, entry:read, Entry, verval, all, show, allow"
READING = "walidata, *, release:read, Release, pemadanan, all, show, allow"
OF_RELEASES = "walidata, *, release:read, operational, pemadanan, all, show, allow"
NO_ROW = "its role sees no row of which this could be a field"


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Settings
) -> Command:
    made = Command(monkeypatch, capsys)
    made.use(settings)
    return made


def files(folder: Path, **texts: str) -> Path:
    """The shipped policy with its cases in a folder, some files of it changed (`policy` for policy.csv)."""
    (folder / "cases").mkdir(parents=True)
    names = {"policy": "policy.csv", "purposes": "purposes.toml", "predicates": "predicates.toml"}
    for name, text in {**policies.rules(), **{names[k]: text for k, text in texts.items()}}.items():
        (folder / name).write_text(text, "utf-8")
    for name, text in policies.cases().items():
        (folder / "cases" / name).write_text(text, "utf-8")
    return folder


def told(command: Command, *words: str) -> Any:
    code, out, err = command(*words, "--json")
    assert code == 0, err
    return orjson.loads(out)


def test_the_shipped_policy_checks_and_has_no_idle_rule(command: Command) -> None:
    found = told(command, "policy", "check")
    assert (found["ok"], found["idle"], found["broken"]) == (True, [], [])
    assert found["digest"] == policies.digest(policies.rules())
    assert "Every case holds." in command("policy", "check")[1]


def test_a_broken_case_a_dead_and_a_shadowed_rule_are_named(command: Command, tmp_path: Path) -> None:
    text = policies.rules()["policy.csv"].replace(f"{READING}\n", "")
    lines = len(text.splitlines())
    more = (
        "petugas_opd, *, release:read, Release, verval, all, show, allow",
        "walidata, *, person:read, Person.nik, pemadanan, territory, partial, allow",
        "walidata, *, person:read, identity, pemadanan, all, show, allow",
        "petugas_opd, *, person:read, Assessment.health_values, penyaluran_bantuan, own_programmes, show, allow",
        "pemadan, *, person:read, Person.name, pemadanan, all, show, allow",
        "walidata, *, person:correct, Person, pemadanan, none, show, allow",
    )
    folder = files(tmp_path / "p", policy=text + "\n".join(more) + "\n")
    code, out, err = command("policy", "check", str(folder))
    assert code == InvalidInput.exit_code
    assert "walidata.toml" in out
    assert "expected allow, the rules give deny" in out
    assert "cases do not hold" in err
    idle = {line.split(":")[0].strip(): after.strip() for line, after in _pairs(out)}
    # What the rule that is gone opened, fields go with.
    assert idle.pop(f"idle  line {1 + text.splitlines().index(OF_RELEASES)}") == NO_ROW
    assert idle == {
        f"idle  line {lines + 1}": "role petugas_opd may not use purpose verval",
        f"idle  line {lines + 2}": idle[f"idle  line {lines + 2}"],
        f"idle  line {lines + 3}": idle[f"idle  line {lines + 3}"],
        f"idle  line {lines + 4}": "no purpose of its role opens what it is about",
        f"idle  line {lines + 5}": NO_ROW,
        f"idle  line {lines + 6}": "its predicate holds for no row",
    }
    assert idle[f"idle  line {lines + 2}"].endswith("says as much")
    assert idle[f"idle  line {lines + 3}"].endswith("says the same")


def _pairs(out: str) -> list[tuple[str, str]]:
    lines = out.splitlines()
    return [(each, lines[at + 1]) for at, each in enumerate(lines) if each.startswith("  idle")]


def test_a_malformed_file_is_refused_with_its_line(command: Command, tmp_path: Path) -> None:
    text = policies.rules()["policy.csv"]
    folder = files(tmp_path / "p", policy=text + "walidata, *, person:peek, Person, *, all, show, allow\n")
    code, _, err = command("policy", "check", str(folder))
    assert code == InvalidInput.exit_code
    assert f"policy.csv line {len(text.splitlines()) + 1}: unknown action" in err
    (folder / "roles.csv").unlink()
    code, _, err = command("policy", "check", str(folder))
    assert code == InvalidInput.exit_code
    assert "lacks roles.csv" in err
    code, _, err = command("policy", "check", str(tmp_path / "nowhere"))
    assert code == InvalidInput.exit_code


def test_the_matrix_is_printed_for_any_files(command: Command, tmp_path: Path) -> None:
    assert command("policy", "matrix")[1] == (Path(policies.__file__).parent / "MATRIX.md").read_text("utf-8")
    changed = files(tmp_path / "p", policy=policies.rules()["policy.csv"] + RULE + "\n")
    assert "| `entry:read` |  |  | all |" in command("policy", "matrix", str(changed))[1]


def test_a_change_goes_from_files_to_force(command: Command, tmp_path: Path) -> None:
    told(command, "init")
    folder = tmp_path / "edit"
    assert told(command, "policy", "show", "--out", str(folder))["version"] == 1
    assert {each.name for each in folder.iterdir()} == set(policies.FILES)
    with (folder / "policy.csv").open("a") as file:
        file.write(RULE + "\n")
    found = told(command, "policy", "simulate", str(folder))
    (effect,) = found["effects"]
    assert (effect["roles"], effect["action"], effect["after"]) == (
        ["petugas_kelurahan"],
        "entry:read",
        "all",
    )
    assert "nobody holds the role today" in command("policy", "simulate", str(folder))[1]
    change = told(command, "policy", "propose", str(folder), "--reason", "SK 7/2026")["subject"]
    code, out, _ = command("policy", "show")
    assert code == 0
    assert f"waits: {change}  SK 7/2026" in out
    assert f"+ {RULE}" in out
    assert command("policy", "approve", change)[0] == 0
    assert "Version 2" in command("policy", "show")[1]
    assert command("policy", "approve", change)[0] == Conflict.exit_code
    assert command("policy", "propose", "--add", "walidata", "--reason", "x")[0] == InvalidInput.exit_code


def test_accounts_are_made_given_roles_and_lose_them(command: Command) -> None:
    told(command, "init")
    told(command, "account", "add", "nani", "--agency", "diskominfo")
    words = ("grant", "nani", "admin_kebijakan", "--reason", "SK 8/2026", "--from", "2026-01-01")
    told(command, *words, "--to", "2099-12-31")
    change = told(command, "policy", "propose", "--remove", READING, "--reason", "SK 9/2026")["subject"]
    code, _, err = command("policy", "approve", change)
    assert code == Forbidden.exit_code
    assert "their own change" in err
    assert command("policy", "approve", change, "--as", "nani")[0] == 0
    code, out, _ = command("policy", "explain", "operator", "release:read")
    assert code == 0
    assert out.startswith("operator may not release:read Release")
    assert "role pemadan is not held" in out
    (nani,) = (each for each in told(command, "account", "list") if each["name"] == "nani")
    assert [each["ends_on"] for each in nani["grants"]] == ["2099-12-31"]
    assert command("revoke", "nani", "walidata", "--reason", "x")[0] == NotFound.exit_code
    assert "no longer" in command("revoke", "nani", "admin_kebijakan", "--reason", "Mutasi")[1]
    assert "revoked" in command("account", "list")[1]
    assert told(command, "account", "suspend", "operator", "--reason", "Cuti")["changed"]
    assert command("token", "operator")[0] == Forbidden.exit_code
    assert told(command, "account", "resume", "operator", "--reason", "Kembali")["changed"]
    assert command("token", "operator")[0] == 0
