"""A hub that is killed at any step of a change loses nothing that it acknowledged, and does nothing twice."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from neo4j import Driver

import hub
from hub.bootstrap import STEWARD, LedgerSource
from hub.demo.city import write_city
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.graph.check import differences
from hub.graph.connect import GraphAddress
from hub.intake import chunks
from hub.ledger.audit import verify
from hub.matching import form
from hub.settings import Settings
from tests.spec import stories
from tests.spec.hubs import Town, open_town, settings_of

ROOT = Path(__file__).parents[2]
POINTS = (
    "submit.sealed:5", "submit.appended:6", "append.inserted:4", "append.inserted:13", "append.committed:8",
    "append.committed:13", "project.written:3", "project.committed:9",
)  # fmt: skip
"""The thirteenth append is the burst of changes at the end of the story, written as a group."""
_LEASE_RUNS_OUT = "MATCH (h:LedgerHead) SET h.lease_until = 0"


def founded(settings: Settings, driver: Driver) -> Settings:
    """A hub that has been set up, so that what is killed is the story and not the founding."""
    with open_town(settings, driver) as town:
        town.settle()
    return settings


def killed_at(point: str, settings: Settings, *words: str | Path) -> None:
    """Run a story in a process of its own, which dies at the point."""
    assert settings.neo4j_uri
    assert settings.neo4j_password
    given = {
        "HUB_HOME": str(settings.home), "HUB_NEO4J_URI": settings.neo4j_uri, "HUB_NEO4J_USER": settings.neo4j_user,
        "HUB_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(), "HUB_PROJECTION_WAIT": "20",
        "HUB_KILL_AT": point,
    }  # fmt: skip
    if settings.ledger_url is not None:
        given["HUB_LEDGER_URL"] = settings.ledger_url
    command = [sys.executable, "-m", "tests.spec.stories", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **given}, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL


def let_the_lease_run_out(settings: Settings, driver: Driver) -> None:
    """As if the ten seconds were over for which a dead process holds up all others."""
    with driver.session(database=settings.neo4j_database) as session:
        session.run(_LEASE_RUNS_OUT).consume()


def demand_agreement(town: Town) -> None:
    """Ledger and graph say the same, and the ledger is whole."""
    town.settle()
    source = LedgerSource(town.opened.ledger)
    seq, found = differences(town.driver, town.settings.neo4j_database, source)
    assert (seq, found) == (town.opened.ledger.size(Log.CHANGES), [])
    assert verify(town.opened.ledger).ok


def requests(town: Town) -> Counter[str]:
    """How often each request id of the story stands in the ledger."""
    entries = town.opened.ledger.entries(Log.CHANGES, 0, 1000, opened=False)
    return Counter(entry.request for entry in entries if uuid_version(entry.request) == 5)


def uuid_version(text: str) -> int:
    return int(text[14], 16)


def demand_nothing_lost_nothing_twice(town: Town, receipts: Path) -> None:
    """What was acknowledged stands once; told again, the story goes on to its end; and all agree."""
    acknowledged = stories.kept(receipts)
    for each in acknowledged:
        entry = town.opened.ledger.entry(Log.CHANGES, each.seq)
        assert (entry.request, entry.leaf_hash.hex()) == (each.request, each.leaf_hash)
    standing = requests(town)
    assert set(standing) >= {each.request for each in acknowledged}
    assert set(standing.values()) <= {1}
    again = receipts.with_suffix(".again")
    town.run(stories.tell(town.opened, stories.keeper(again)))
    told = {each.request: each for each in stories.kept(again)}
    for before in acknowledged:
        after = told[before.request]
        assert after.repeated
        assert (after.seq, after.leaf_hash, after.subject) == (before.seq, before.leaf_hash, before.subject)
    assert requests(town) == Counter(dict.fromkeys(told, 1))
    assert {request for request, each in told.items() if each.repeated} == set(standing)
    demand_agreement(town)


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_step_loses_nothing_and_repeats_nothing(
    point: str, tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = founded(settings_of(tmp_path / "hub", graph_address, graph_driver), graph_driver)
    killed_at(point, settings, "tell", tmp_path / "receipts")
    let_the_lease_run_out(settings, graph_driver)
    with open_town(settings, graph_driver) as town:
        demand_nothing_lost_nothing_twice(town, tmp_path / "receipts")


@pytest.mark.parametrize("point", ["append.inserted:4", "append.committed:8"])
def test_neither_does_one_on_postgresql(
    point: str, tmp_path: Path, fresh_postgres: str, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    bare = settings_of(tmp_path / "hub", graph_address, graph_driver, ledger_url=fresh_postgres)
    settings = founded(bare, graph_driver)
    killed_at(point, settings, "tell", tmp_path / "receipts")
    let_the_lease_run_out(settings, graph_driver)
    with open_town(settings, graph_driver) as town:
        demand_nothing_lost_nothing_twice(town, tmp_path / "receipts")


def test_the_lease_of_a_dead_process_runs_out_by_itself(
    tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = founded(settings_of(tmp_path / "hub", graph_address, graph_driver), graph_driver)
    killed_at("project.committed:2", settings, "tell", tmp_path / "receipts")
    with open_town(settings, graph_driver) as town:
        demand_agreement(town)


@dataclass(frozen=True)
class Outcome:
    """What came of a file."""

    accepted: int
    repeated: int
    refused: int
    persons: int
    entries: int


def outcome(town: Town, folder: Path) -> Outcome:
    result = town.run(stories.take_in(town.opened, folder))
    town.settle()
    entries = town.opened.ledger.size(Log.CHANGES)
    persons = len(town.everybody(STEWARD, (pick("id"),)))
    return Outcome(result.accepted, result.repeated, result.refused, persons, entries)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("city"), 200, 7).dtks.parent


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the story sets is put back afterwards."""
    monkeypatch.setattr(chunks, "CHUNK_ROWS", chunks.CHUNK_ROWS)
    monkeypatch.setattr(form, "_STRIDE", form._STRIDE)


@pytest.mark.usefixtures("small_steps")
def test_an_intake_killed_on_its_way_and_run_again_ends_like_one_that_was_not(
    tmp_path: Path, city: Path, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    with open_town(settings_of(tmp_path / "whole", graph_address, graph_driver), graph_driver) as town:
        whole = outcome(town, city)
    assert whole.persons
    assert whole.entries > 12
    for point in ("append.committed:3", "project.committed:2", "append.committed:9"):
        home = tmp_path / point.replace(":", "-")
        settings = founded(settings_of(home, graph_address, graph_driver), graph_driver)
        killed_at(point, settings, "intake", city)
        let_the_lease_run_out(settings, graph_driver)
        with open_town(settings, graph_driver) as town:
            assert outcome(town, city) == whole
            demand_agreement(town)


def test_every_failure_point_has_a_story_that_dies_there() -> None:
    marked = {
        str(node.args[0].value)
        for path in Path(hub.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "reach"
        and isinstance(node.args[0], ast.Constant)
    }
    assert marked == {point.partition(":")[0] for point in POINTS}
