"""Hubs that stories are told about. A hub that is opened empties the graph: of two, only the later one follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import Driver

from hub.graph.connect import GraphAddress
from tests.spec.hubs import Town, open_city, open_town, settings_of


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver
) -> Iterator[Town]:
    """A hub with a register taken in and officers of all roles, for a whole module."""
    settings = settings_of(tmp_path_factory.mktemp("town"), graph_address, graph_driver)
    with open_city(settings, graph_driver) as opened:
        yield opened


@pytest.fixture
def bare(tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver) -> Iterator[Town]:
    """A hub that has taken in nothing: its tests stand before those of a hub for the whole module, or after them."""
    with open_town(settings_of(tmp_path / "hub", graph_address, graph_driver), graph_driver) as opened:
        yield opened
