"""The API is served on a socket until a signal comes, and says so when it can't be."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from hub.api.app import create_app
from hub.bootstrap import found_ledger
from hub.cli.serve import listen, run_app, url_of
from hub.cli.token import token
from hub.domain.errors import NotFound, SetupError
from hub.settings import Settings
from tests.contract.ledger_worlds import agency, commit
from tests.desk import Desk


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal_and_gives_the_signal_back(tmp_path: Path, stop: signal.Signals) -> None:
    app = create_app(Desk(), Settings(home=tmp_path))
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    found: list[int] = []

    def visit(url: str) -> None:
        try:
            with urllib.request.urlopen(url) as response:
                found.append(response.status)
        finally:
            os.kill(os.getpid(), stop)

    with listen("127.0.0.1", 0) as listener:
        visitor = threading.Thread(target=visit, args=(f"{url_of(listener)}/healthz",))
        asyncio.run(run_app(app, listener, visitor.start))
        visitor.join()
    assert found == [200]
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_says_when_the_port_is_taken() -> None:
    with listen("127.0.0.1", 0) as listener, pytest.raises(SetupError, match="can't be used") as refused:
        listen("127.0.0.1", listener.getsockname()[1])
    assert "--port" in refused.value.advice


def test_makes_no_token_for_an_account_that_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    with closing(found_ledger(Settings(home=tmp_path / "hub"))) as ledger:
        commit(ledger, agency())
    with pytest.raises(NotFound, match="no such account") as refused:
        token("ASEP MADEUP", minutes=5)
    assert "ASEP" not in str(refused.value)
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "hub" / "keys" / "tokens.json").exists()
