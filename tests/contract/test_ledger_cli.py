"""`hub ledger verify` on a command line: what was erased is told, what was altered stops it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import orjson
import pytest

from hub.cli.ledger import verify_ledger
from hub.cli.output import logs_to_stderr
from hub.domain.errors import LedgerFault
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import ORIGIN, keys, open_ledger


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger of a hub, holding the whole story; commands find it."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_ORIGIN", ORIGIN)
    keys().save(tmp_path / "keys" / "ledger.json")
    file = tmp_path / "ledger" / "ledger.db"
    ledger = open_ledger(f"sqlite:///{file}")
    Story(ledger).tell()
    ledger.close()
    logs_to_stderr()
    return file


def _run(file: Path, statement: str) -> None:
    raw = sqlite3.connect(file, isolation_level=None)
    raw.execute(statement)
    raw.close()


def test_verify_tells_how_many_payloads_were_erased(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify_ledger(json=True)
    whole = orjson.loads(capsys.readouterr().out)
    assert (whole["ok"], whole["payloads_erased"]) == (True, 0)
    verify_ledger()
    assert "Warning" not in capsys.readouterr().out
    _run(file, "DELETE FROM payload_key WHERE retention = 'audit'")
    verify_ledger(json=True)
    found = orjson.loads(capsys.readouterr().out)
    assert found["ok"]
    assert found["payloads_erased"] == 4
    assert found["payloads_opened"] == whole["payloads_opened"] - 4
    verify_ledger()
    warning = "Warning: 4 payloads can't be opened any more: their keys are gone.\n"
    assert warning in capsys.readouterr().out


def test_verify_names_the_entry_that_was_altered(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(file, "DROP TRIGGER entry_no_update")
    _run(file, "UPDATE entry SET purpose = 'lain' WHERE log = 'changes' AND seq = 7")
    what = "its column purpose is not what was hashed"
    with pytest.raises(LedgerFault) as raised:
        verify_ledger(json=True)
    assert f"changes entry 7: {what}" in raised.value.message
    assert raised.value.exit_code == 9
    found = orjson.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert found["fault"] == {"log": "changes", "seq": 7, "what": what}
