"""A ledger that can't be reached or read says which of the many reasons it is, and what to do about it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hub.domain.errors import HubError, LedgerFault, SetupError, Unavailable
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import open_ledger


def _refusal(url: str) -> HubError:
    with pytest.raises(HubError) as raised:
        open_ledger(url)
    assert raised.value.advice
    return raised.value


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    file.write_text("Nomor;Nama\n1;SITI\n" * 100)
    error = _refusal(f"sqlite:///{file}")
    assert isinstance(error, LedgerFault)
    assert "no database" in error.message


def test_a_file_that_was_cut_in_the_middle(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    ledger = open_ledger(f"sqlite:///{file}")
    Story(ledger).tell()
    ledger.close()
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    error = _refusal(f"sqlite:///{file}")
    assert isinstance(error, LedgerFault)
    assert "damaged" in error.message
    assert "copy" in error.advice


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = _refusal(f"sqlite:///{tmp_path / 'file' / 'ledger.db'}")
    assert isinstance(error, SetupError)
    assert str(tmp_path / "file") in error.message


def test_a_server_that_is_down() -> None:
    error = _refusal(f"postgresql://hub:rahasia@127.0.0.1:{_free_port()}/hub")
    assert isinstance(error, Unavailable)
    assert "does not answer" in error.message
    assert "HUB_LEDGER_URL" in error.advice
    assert "rahasia" not in str(error)


def test_a_database_and_a_password_that_are_wrong(fresh_postgres: str) -> None:
    server, _, _ = fresh_postgres.rpartition("/")
    assert "no such database" in _refusal(f"{server}/nowhere").message
    wrong = server.rpartition("@")
    error = _refusal(f"{wrong[0].rpartition(':')[0]}:salah@{wrong[2]}/postgres")
    assert isinstance(error, SetupError)
    assert "password" in error.message
    assert "salah" not in str(error)


def test_a_host_that_nobody_knows() -> None:
    error = _refusal("postgresql://hub@tidak-ada.invalid/hub?connect_timeout=2")
    assert isinstance(error, SetupError)
    assert "host" in error.message
