"""What the driver says comes out as the hub's errors, with advice, and within seconds."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import replace

import pytest
from neo4j import Query
from neo4j.exceptions import ConstraintError, CypherSyntaxError
from pydantic import SecretStr

from hub.domain.errors import HubError, SetupError, Unavailable
from hub.graph.connect import (
    GraphAddress,
    address_of,
    async_driver,
    async_ping,
    graph_errors,
    sync_driver,
    sync_ping,
)
from hub.graph.embedded import VERSION
from hub.settings import Settings


def _nobody_there() -> GraphAddress:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return GraphAddress(f"bolt://127.0.0.1:{port}", "neo4j", SecretStr("none"), "neo4j")


def _ping(address: GraphAddress) -> str:
    with sync_driver(address) as driver:
        return sync_ping(driver, address.database)


async def _async_ping(address: GraphAddress) -> str:
    async with async_driver(address) as driver:
        return await async_ping(driver, address.database)


def test_both_drivers_reach_the_server(graph_address: GraphAddress) -> None:
    assert _ping(graph_address) == VERSION
    assert asyncio.run(_async_ping(graph_address)) == VERSION


def test_a_server_that_is_down_is_noticed_in_seconds() -> None:
    address = _nobody_there()
    began = time.monotonic()
    with pytest.raises(Unavailable, match="can't be reached") as caught:
        _ping(address)
    with pytest.raises(Unavailable, match="can't be reached"):
        asyncio.run(_async_ping(address))
    assert time.monotonic() - began < 15
    assert "hub up" in caught.value.advice


def test_a_server_that_hangs_is_noticed_in_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = replace(_nobody_there(), uri=f"bolt://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(Unavailable):
            asyncio.run(_async_ping(address))
        assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"password": SecretStr("not the right one")}, SetupError, "refused the hub's user name or password"),
        ({"user": "nobody"}, SetupError, "refused the hub's user name or password"),
        ({"database": "nowhere"}, SetupError, "no such database"),
        ({"uri": "ftp://127.0.0.1"}, SetupError, "can't be used"),
    ],
)
def test_a_wrong_address_is_told_with_advice(
    graph_address: GraphAddress, change: dict[str, str | SecretStr], error: type[HubError], message: str
) -> None:
    wrong = replace(graph_address, **change)  # type: ignore[arg-type]  # a table of single changes
    with pytest.raises(error, match=message) as caught:
        _ping(wrong)
    assert "HUB_NEO4J_" in caught.value.advice
    assert "not the right one" not in str(caught.value)
    with pytest.raises(error, match=message):
        asyncio.run(_async_ping(wrong))


def test_a_query_that_takes_too_long_is_unavailable(graph_address: GraphAddress) -> None:
    slow = Query("UNWIND range(1, 1000000000) AS i RETURN max(sin(i))", timeout=0.2)
    with (
        sync_driver(graph_address) as driver,
        driver.session() as session,
        pytest.raises(Unavailable, match="longer than"),
        graph_errors(),
    ):
        session.run(slow).consume()


def test_our_own_faults_stay_as_they_are(clean_graph: GraphAddress) -> None:
    with sync_driver(clean_graph) as driver:
        with pytest.raises(CypherSyntaxError), graph_errors():
            driver.execute_query("MATCH MATCH")
        driver.execute_query("CREATE (:Person {id: 'a'})")
        with pytest.raises(ConstraintError), graph_errors():
            driver.execute_query("CREATE (:Person {id: 'a'})")
        with pytest.raises(ZeroDivisionError), graph_errors():
            _ = 1 / 0


def test_an_address_without_a_password_is_refused() -> None:
    with pytest.raises(SetupError, match="no password") as caught:
        address_of(Settings(neo4j_uri="bolt://127.0.0.1:7687"))
    assert "HUB_NEO4J_PASSWORD" in caught.value.advice
