"""Committed files that are made from others are as their sources say today."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import typer

from graph_schema import __main__ as command
from graph_schema import ddl
from hub import cli


def test_the_schema_files_are_fresh() -> None:
    assert [path.name for path in ddl.stale()] == []
    assert command.main(["--check"]) == 0


def test_a_stale_schema_file_is_named_and_then_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ddl, "HERE", tmp_path)
    (tmp_path / "SCHEMA.md").write_text("as it was long ago")
    assert command.main(["--check"]) == 1
    assert "SCHEMA.md is stale" in capsys.readouterr().err
    assert (tmp_path / "SCHEMA.md").read_text() == "as it was long ago"
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0


@pytest.mark.parametrize("entry", cli.COMMANDS, ids=lambda entry: entry.name)
def test_the_help_of_a_command_that_is_not_imported_is_its_own(entry: cli.Entry) -> None:
    found = getattr(import_module(entry.module), entry.attribute)
    if isinstance(found, typer.Typer):
        assert found.registered_commands or found.registered_groups
    else:
        assert (found.__doc__ or "").startswith(entry.help.rstrip("."))
