"""What stands and what does not: commands that only look make nothing, and a ledger that is gone is not made anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hub.bootstrap import found_ledger, open_ledger
from hub.domain.errors import LedgerFault, SetupError
from hub.domain.kinds import Log
from hub.settings import Settings
from tests.contract.ledger_worlds import agency, commit

LOOKING = (
    ("ledger", "verify"), ("ledger", "checkpoint"), ("ledger", "show", "1"), ("token", "operator"),
    ("graph", "check"), ("graph", "rebuild"), ("match", "run"), ("match", "export", "x.csv"),
    ("match", "report", "x.html"),
)  # fmt: skip


def _hub(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        env={**kept, **variables}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a hub of two entries, closed."""
    settings = Settings(home=tmp_path / "hub")
    with closing(found_ledger(settings)) as ledger:
        commit(ledger, agency())
        commit(ledger, agency(code="disdik"))
    return settings


@pytest.mark.parametrize("command", LOOKING)
def test_looking_at_a_hub_that_is_not_there_makes_none(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = _hub(*command, HUB_HOME=str(tmp_path / "mistyped"))
    assert done.returncode == SetupError.exit_code
    assert f"There is no hub in {tmp_path / 'mistyped'}" in done.stderr
    assert "hub init" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_name_of_a_folder_is_none(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "ledger", "verify"], cwd=tmp_path, env={**os.environ, "HUB_HOME": ""},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert f"There is no hub in {tmp_path / '.hub'}" in done.stderr


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_a_ledger_that_is_gone_while_its_keys_stand_is_a_fault(settings: Settings, left: str) -> None:
    shutil.rmtree(settings.home / "ledger")
    if left == "an empty file":
        (settings.home / "ledger").mkdir()
        (settings.home / "ledger" / "ledger.db").touch()
    before = sorted(settings.home.rglob("*"))
    for opening in (open_ledger, found_ledger):
        with pytest.raises(LedgerFault) as raised:
            opening(settings)
        assert "gone" in raised.value.message
        assert str(settings.keys / "changes.checkpoint") in raised.value.advice
    assert sorted(settings.home.rglob("*")) == before
    for command in (("ledger", "verify"), ("init",), ("token", "operator")):
        assert _hub(*command, HUB_HOME=str(settings.home)).returncode == LedgerFault.exit_code
    assert sorted(settings.home.rglob("*")) == before


def test_a_ledger_in_a_database_of_its_own_that_was_emptied_is_a_fault(
    tmp_path: Path, fresh_postgres: str
) -> None:
    server = fresh_postgres.rpartition("/")[0]
    settings = Settings(home=tmp_path / "hub", ledger_url=fresh_postgres)
    with closing(found_ledger(settings)) as ledger:
        commit(ledger, agency())
    with pytest.raises(LedgerFault):
        found_ledger(settings.model_copy(update={"ledger_url": f"{server}/postgres"}))


def test_keys_without_a_ledger_are_those_of_a_founding_that_was_cut_off(settings: Settings) -> None:
    shutil.rmtree(settings.home / "ledger")
    for log in Log:
        (settings.keys / f"{log.value}.checkpoint").unlink(missing_ok=True)
    keys = (settings.keys / "ledger.json").read_bytes()
    with pytest.raises(SetupError):
        open_ledger(settings)
    found_ledger(settings).close()
    assert (settings.keys / "ledger.json").read_bytes() == keys


def test_a_ledger_without_its_keys_is_left_alone(settings: Settings) -> None:
    (settings.keys / "ledger.json").unlink()
    for opening in (open_ledger, found_ledger):
        with pytest.raises(SetupError) as raised:
            opening(settings)
        assert "safe copy" in raised.value.advice
    assert not (settings.keys / "ledger.json").exists()


def test_a_key_file_that_others_may_read_is_refused(settings: Settings) -> None:
    (settings.keys / "ledger.json").chmod(0o640)
    with pytest.raises(SetupError) as raised:
        open_ledger(settings)
    assert raised.value.advice == f"Run `chmod 600 {settings.keys / 'ledger.json'}`."


def test_another_origin_or_another_ledgers_keys_are_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LedgerFault) as raised:
        open_ledger(settings.model_copy(update={"origin": "hub.kota-lain"}))
    assert "HUB_ORIGIN" in raised.value.advice
    other = Settings(home=tmp_path / "other")
    found_ledger(other).close()
    shutil.copy(other.keys / "ledger.json", settings.keys / "ledger.json")
    with pytest.raises(LedgerFault) as raised:
        open_ledger(settings)
    assert "another ledger" in raised.value.advice
