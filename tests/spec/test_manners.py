"""The API's manners over a real hub: statements counted, nothing personal in logs and measures, help by role."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import httpx
import neo4j
import pytest
import structlog

from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import STEWARD
from hub.cli.asgi import post
from hub.domain.selection import pick
from hub.graph.select import cached
from hub.questions.model import Page, Persons
from tests.spec.hubs import Town, connection

DEEP = (
    pick("id"), pick("name"),
    pick("enrolments", pick("id"), pick("programme", pick("code"), pick("agency", pick("code")))),
    pick("family_cards", pick("persons", pick("id"), pick("address", pick("text"), pick("area", pick("code"))))),
    pick("source_records", pick("row_key"), pick("release", pick("label"))),
)  # fmt: skip
"""Person → card → persons → address → area."""


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that the asynchronous driver sends."""
    sent: list[str] = []
    run = neo4j.AsyncSession.run

    async def counted(self: neo4j.AsyncSession, query: Any, *rest: Any, **named: Any) -> Any:
        sent.append(getattr(query, "text", query))
        return await run(self, query, *rest, **named)

    monkeypatch.setattr(neo4j.AsyncSession, "run", counted)
    return sent


def test_a_tree_four_levels_deep_over_fifty_persons_is_one_statement(
    town: Town, statements: list[str]
) -> None:
    answer = town.ask(STEWARD, Persons(connection(DEEP), page=Page(first=50)))
    assert len(answer["edges"]) == 50
    assert any(card["persons"] for edge in answer["edges"] for card in edge["node"]["family_cards"])
    assert len(statements) == 1


def test_the_same_shape_is_compiled_once_whatever_its_values(town: Town) -> None:
    def ask(first: int, sex: str, area: str) -> None:
        town.ask(STEWARD, Persons(connection(DEEP), area, Page(first=first), sex=sex))

    ask(1, "MALE", town.territories[0])
    hits, misses = cached()
    for n, (sex, area) in enumerate((("FEMALE", town.territories[1]), ("MALE", town.territories[0])) * 5):
        ask(n, sex, area)
    assert cached() == (hits + 10, misses)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that the hub logs at any level, and libraries from INFO on (the driver's DEBUG tells each message)."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    configured = structlog.get_config()
    structlog.configure(
        logger_factory=lambda *_: structlog.PrintLogger(stream),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )
    try:
        yield stream
    finally:
        structlog.configure(**configured)
        root.removeHandler(handler)
        root.setLevel(before)


class Api:
    """The application of a town, asked as somebody."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.app = create_app(town.opened.hub, town.settings)

    def ask(self, name: str, query: str, **variables: Any) -> Any:
        token = issue(self.town.settings, self.town.who(name).id, 60)
        return self.town.run(post(self.app, "/graphql", {"query": query, "variables": variables}, token))


def test_no_log_line_and_no_measure_holds_a_name_or_a_number(town: Town, lines: io.StringIO) -> None:
    api = Api(town)
    somebody = town.somebody(town.territories[0])
    nik, name, born = somebody.nik, somebody.name, somebody.born_on
    assert nik
    assert name
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("query($n: String!) { personByNik(nik: $n) { id name nik bornOn } }", {"n": nik}),
        (f'{{ personByNik(nik: "{nik}") {{ id name }} }}', {}),
        ("query($t: String!, $d: Date) { searchPersons(text: $t, bornOn: $d) { totalCount } }", {"t": name, "d": born}),
        ("query($n: Int!) { personByNik(nik: $n) { id } }", {"n": nik}),
        (f'{{ personByNik(nik: "{nik}") {{ nothing }} }}', {}),
        ("query($d: Date) { persons(filter: {bornFrom: $d}) { totalCount } }", {"d": name}),
        (f'{{ persons(after: "{name}") {{ totalCount }} }}', {}),
        (f'mutation {{ proposeEnrolment(input: {{programme: "x", nik: "{nik}", bornOn: "{born}"}}) {{ seq }} }}', {}),
    )  # fmt: skip
    failed = 0
    for query, variables in asked:
        for who in (STEWARD, "lina", "sari"):
            failed += "errors" in api.ask(who, query, **variables)
    assert failed
    assert not re.search(r"(?<!\d)\d{16}(?!\d)", lines.getvalue())
    written = lines.getvalue() + measures(api)
    assert nik not in written
    assert name not in written


def measures(api: Api) -> str:
    async def read() -> str:
        transport = httpx.ASGITransport(api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            response = await client.get("/metrics")
            assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
            return response.text

    return api.town.run(read())


def test_measures_count_requests_errors_and_plans(town: Town) -> None:
    api = Api(town)
    api.ask(STEWARD, "{ viewer { name } }")
    api.ask(STEWARD, "{ nothing }")
    text = measures(api)
    assert 'hub_requests_total{status="200"} 2.0' in text
    assert 'hub_errors_total{code="INVALID_INPUT"} 1.0' in text
    assert "hub_request_seconds_count 2.0" in text
    assert "hub_requests_running 0.0" in text
    assert f"hub_plan_misses {float(cached()[1])}" in text
    assert json.dumps(town.who(STEWARD).id) not in text
