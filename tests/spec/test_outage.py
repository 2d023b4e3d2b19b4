"""While Neo4j is away changes are accepted and reads say so; when it is back, everything catches up by itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from neo4j import Driver
from pydantic import SecretStr
from starlette.applications import Starlette

from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD, LedgerSource
from hub.cli.asgi import post
from hub.commands.access import DefineAgency
from hub.commands.programmes import DefineProgramme
from hub.demo.city import write_city
from hub.domain.errors import Unavailable
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.graph import embedded
from hub.graph.check import differences
from hub.graph.connect import sync_driver
from hub.graph.migrate import migrate
from hub.questions import model
from hub.questions.model import Persons, Programmes
from hub.settings import Settings
from tests.conftest import HEAP_MB
from tests.spec.hubs import Town, connection, open_town, settings_of

BACK = 30.0
"""Seconds within which everything must be there again; the projector looks every two."""
PERSONS = Persons(connection((pick("id"), pick("name"))))


@pytest.fixture
def server(servers: Path, worker_id: str) -> Settings:
    """A Neo4j of its own, which a test may stop; it is stopped for good when the session ends."""
    return Settings(home=servers / f"hub-outage-{worker_id}", neo4j_heap_mb=HEAP_MB)


@pytest.fixture
def driver(server: Settings) -> Iterator[Driver]:
    address = embedded.up(server)
    with sync_driver(address) as found:
        migrate(found, address.database)
        yield found


def eventually(town: Town) -> None:
    """Wait until the graph shows everything, through whatever holds it up meanwhile."""
    until, progress = time.monotonic() + BACK, town.opened.projector.progress
    while progress.seq < town.opened.ledger.size(Log.CHANGES) or progress.stopped_by:
        assert time.monotonic() < until, progress.stopped_by
        time.sleep(0.05)


def status(town: Town, app: Starlette, path: str) -> tuple[int, Any]:
    async def got() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.get(path)

    response = town.run(got())
    return response.status_code, response.json()


def demand_that_only_the_graph_is_away(town: Town) -> None:
    """Changes are taken and stand in the ledger; what the graph answers is unavailable, all else is answered."""
    before = town.opened.ledger.size(Log.CHANGES)
    receipt = town.submit(STEWARD, DefineProgramme("outage", f"Program {before}", "diskominfo"))
    assert (receipt.seq, receipt.projected) == (before + 1, False)
    recorded = town.opened.ledger.size(Log.DISCLOSURES)
    for question in (PERSONS, Programmes((pick("code"),))):
        with pytest.raises(Unavailable) as caught:
            town.ask(STEWARD, question)
        assert caught.value.advice
    assert town.opened.ledger.size(Log.DISCLOSURES) == recorded
    assert town.ask(STEWARD, model.Viewer())["name"] == STEWARD
    assert town.ask(STEWARD, model.LedgerCheckpoint())["size"] == before + 1
    assert town.ask(ADMIN, model.LedgerEntry(before + 1))["action"] == "programme:define"


def demand_that_http_says_so(town: Town, app: Starlette) -> None:
    token = issue(town.settings, town.who(STEWARD).id, 5)
    assert status(town, app, "/healthz") == (200, {"alive": True})
    code, ready = status(town, app, "/readyz")
    assert (code, ready["ready"], ready["lacking"]) == (503, False, ["graph", "projector"])
    assert ready["parts"]["projector"]["detail"]
    body = town.run(post(app, "/graphql", {"query": "{ persons { totalCount } }"}, token))
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAVAILABLE"]
    assert body["errors"][0]["extensions"]["advice"]
    mutation = 'mutation { defineProgramme(input: {code: "outage_http", name: "x", agency: "diskominfo"}) { projected } }'
    body = town.run(post(app, "/graphql", {"query": mutation}, token))
    assert body["data"] == {"defineProgramme": {"projected": False}}
    assert body["extensions"]["behind"] is True


def demand_that_all_is_well(town: Town, app: Starlette, driver: Driver) -> None:
    eventually(town)
    codes = [each["code"] for each in town.ask(STEWARD, Programmes((pick("code"),)))]
    assert codes == ["outage", "outage_http"]
    assert status(town, app, "/readyz")[0] == 200
    assert town.submit(ADMIN, DefineAgency("after", "Sesudah")).projected
    source = LedgerSource(town.opened.ledger)
    size = town.opened.ledger.size(Log.CHANGES)
    assert differences(driver, town.settings.neo4j_database, source) == (size, [])


def test_a_hub_stands_up_and_works_where_nothing_listens(tmp_path: Path, driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        uri = f"bolt://127.0.0.1:{free.getsockname()[1]}"
    settings = Settings(home=tmp_path / "hub", neo4j_uri=uri, neo4j_password=SecretStr("x"))
    with open_town(settings, driver) as town:
        app = create_app(town.opened.hub, settings)
        demand_that_only_the_graph_is_away(town)
        demand_that_http_says_so(town, app)


def test_a_stop_in_the_middle_of_work_loses_nothing(tmp_path: Path, server: Settings, driver: Driver) -> None:
    address = embedded.up(server)
    settings = settings_of(tmp_path / "hub", address, driver, projection_wait=2.0)
    with open_town(settings, driver) as town:
        app = create_app(town.opened.hub, settings)
        eventually(town)
        assert town.ask(STEWARD, PERSONS)["total_count"] == 0
        embedded.down(server)
        demand_that_only_the_graph_is_away(town)
        demand_that_http_says_so(town, app)
        files = write_city(tmp_path / "city", 200, 7)
        town.take_in(files, settle=False)
        assert embedded.up(server).uri == address.uri
        demand_that_all_is_well(town, app, driver)
        assert 0 < town.ask(STEWARD, PERSONS)["total_count"] <= files.rows


def test_a_hub_that_was_closed_during_the_outage_catches_up_when_it_is_opened_again(
    tmp_path: Path, server: Settings, driver: Driver
) -> None:
    address = embedded.up(server)
    settings = settings_of(tmp_path / "hub", address, driver, projection_wait=2.0)
    with open_town(settings, driver) as town:
        eventually(town)
    embedded.down(server)
    with open_town(settings, driver) as town:
        demand_that_only_the_graph_is_away(town)
        demand_that_http_says_so(town, create_app(town.opened.hub, settings))
    embedded.up(server)
    with open_town(settings, driver) as town:
        demand_that_all_is_well(town, create_app(town.opened.hub, settings), driver)
