"""`hub bench`: every benchmark is in the suite, rows are whole, and nothing is measured that was not asked for."""

from __future__ import annotations

import inspect
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import orjson
import pytest

from hub.cli import bench
from hub.domain.errors import InvalidInput, SetupError, Unavailable
from tests import benchmarks
from tests.benchmarks import suite
from tests.benchmarks.measure import Ground, Row

KEYS = {"benchmark", "what", "ours", "unit", "beside", "limit", "ratio", "note", "failed"}


def _hub(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub", "bench", *arguments],
        env={**os.environ, "HUB_HOME": str(tmp_path / "hub"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _is_benchmark(found: object, module: str) -> bool:
    return (
        inspect.isfunction(found)
        and found.__module__ == module
        and not found.__name__.startswith("_")
        and inspect.signature(found).return_annotation == "list[Row]"
    )


def test_every_benchmark_there_is_belongs_to_the_suite() -> None:
    there: list[Callable[..., object]] = []
    for each in pkgutil.iter_modules(benchmarks.__path__, f"{benchmarks.__name__}."):
        module = import_module(each.name)
        there += [found for found in vars(module).values() if _is_benchmark(found, each.name)]
    assert {each.__qualname__ for each in there} == {each.__qualname__ for each in suite.BENCHMARKS.values()}
    assert len(there) == len(suite.BENCHMARKS) == 11


def test_a_quick_run_gives_whole_rows_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = _hub(tmp_path, "--quick", "--json", "--only", "verify", "--only", "append")
    assert done.returncode == 0, done.stderr
    told = orjson.loads(done.stdout)
    assert told["quick"] is True
    assert set(told["machine"]) == {"hub", "python", "cores", "system"}
    rows = told["rows"]
    assert [each["benchmark"] for each in rows] == ["verify", "verify", "append", "append"]
    for each in rows:
        assert set(each) == KEYS
        assert each["ours"] > 0
        assert each["ratio"] == (each["ours"] / each["limit"] if each["limit"] else None)
    assert rows[3]["limit"] > 0
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInput) as refused:
        suite.run(["speed"], quick=True, progress=lambda stage, done, total: None)
    assert all(name in refused.value.advice for name in suite.BENCHMARKS)


def test_a_benchmark_that_measures_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "BENCHMARKS", {"silent": lambda ground: []})
    with pytest.raises(AssertionError, match="silent measured nothing"):
        suite.run([], quick=True, progress=lambda stage, done, total: None)


def test_an_error_of_the_hub_is_a_row_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(ground: Ground) -> list[Row]:
        raise SetupError("It is broken.")

    def whole(ground: Ground) -> list[Row]:
        return [Row("whole", 1.0, "x")]

    monkeypatch.setattr(suite, "BENCHMARKS", {"broken": broken, "whole": whole})
    with pytest.raises(Unavailable, match="broken"):
        bench.bench(json=True)
    rows = orjson.loads(capsys.readouterr().out)["rows"]
    assert [(each["benchmark"], each["failed"], each["note"]) for each in rows] == [
        ("broken", True, "It is broken."),
        ("whole", False, ""),
    ]


def test_an_installed_hub_says_where_its_benchmarks_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_SUITE", "nowhere.benchmarks.suite")
    with pytest.raises(SetupError, match="checkout"):
        bench.bench()


def test_what_can_not_be_measured_is_told_without_a_number() -> None:
    row = Row("appends on PostgreSQL", None, "commits/s", "insert", note="It is not installed.")
    assert set(row.as_dict()) == KEYS - {"benchmark"}
    assert row.ratio is None
