"""GraphQL over HTTP: statuses, media types, tokens, limits and health, over a desk that stands for doors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from hub.api.limits import MAX_ALIASES, MAX_BODY, MAX_DEPTH, MAX_DIRECTIVES, MAX_FIELDS, MAX_ROOTS, MAX_TOKENS
from hub.domain.errors import Forbidden, Unauthenticated
from hub.questions import model
from hub.settings import Settings
from tests.desk import BOTH, Client, code_of

NEWER = "application/graphql-response+json"


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(Settings(home=tmp_path))


# -------------------------------------------------------------------------------------------- identity


def test_without_a_token_nothing_is_told_but_how_to_get_one(client: Client) -> None:
    for query in ("{ programmes { code } }", "{ programmez }", "{", get_introspection_query()):
        response = client.post({"query": query}, authorization=None)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert code_of(response.json()) == "UNAUTHENTICATED"
        assert "hub token NAME" in response.json()["errors"][0]["extensions"]["advice"]
        assert "Did you mean" not in response.text
    assert client.desk.asked == []


def test_a_bad_token_is_401_too(client: Client) -> None:
    assert client.post({"query": "{ programmes { code } }"}, authorization="Bearer x.y.z").status_code == 401


def test_an_actor_whom_the_hub_does_not_know_is_401(client: Client) -> None:
    client.desk.failing[model.Programmes] = Unauthenticated("Nobody by that id.", "Run `hub token NAME`.")
    response = client.post({"query": BOTH})
    assert response.status_code == 401
    assert "data" not in response.json()


def test_who_may_read_the_schema_reads_it(client: Client) -> None:
    body = client.ask(get_introspection_query())
    assert "errors" not in body
    assert {"Query", "Person"} <= {each["name"] for each in body["data"]["__schema"]["types"]}


def test_the_schema_and_data_may_be_asked_in_one_request(client: Client) -> None:
    body = client.ask('{ __type(name: "Person") { name } programmes { code } me: __typename }')
    assert body["data"] == {
        "__type": {"name": "Person"},
        "programmes": [{"code": "pkh"}, {"code": "rutilahu"}],
        "me": "Query",
    }


MISSPELT = {
    "a field": ("{ programmez { code } }", None),
    "a field below": ("{ programmes { cod } }", None),
    "an argument": ('{ programme(cod: "x") { code } }', None),
    "a type": ("query($f: EnrolmentFilte) { enrolments(filter: $f) { totalCount } }", None),
    "a type in a fragment": ("{ node(id: 1) { ... on Persn { id } } }", None),
    "a field of another type": ("{ node(id: 1) { nik } }", None),
    "an enum": ("{ enrolments(filter: {status: ENROLED}) { totalCount } }", None),
    "an enum in a variable": (
        "query($f: EnrolmentFilter) { enrolments(filter: $f) { totalCount } }", {"f": {"status": "ENROLED"}},
    ),
    "a field in a variable": (
        "query($f: EnrolmentFilter) { enrolments(filter: $f) { totalCount } }", {"f": {"statu": "ENROLLED"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSPELT)
def test_who_may_read_the_schema_is_helped_with_spelling_and_nobody_else(client: Client, case: str) -> None:
    query, variables = MISSPELT[case]
    helped = client.ask(query, variables)
    assert "Did you mean" in json.dumps(helped)
    client.desk.failing[model.ApiSchema] = Forbidden("schema:read is not open to you.", "Ask an admin.")
    left_alone = client.ask(query, variables)
    assert "Did you mean" not in json.dumps(left_alone)
    assert [each["extensions"] for each in left_alone["errors"]] == [
        each["extensions"] for each in helped["errors"]
    ]
    assert {type(question) for _, question in client.desk.asked} == {model.ApiSchema}


def test_who_may_not_read_the_schema_does_not_and_nothing_else_of_the_request_is_asked(
    client: Client,
) -> None:
    client.desk.failing[model.ApiSchema] = Forbidden("schema:read is not open to you.", "Ask an admin.")
    for query in (
        get_introspection_query(), '{ __type(name: "Person") { name } programmes { code } }',
        "{ programmes { code } ... { s: __schema { types { name } } } }",
    ):  # fmt: skip
        body = client.ask(query)
        assert code_of(body) == "FORBIDDEN"
        assert "data" not in body
    assert client.ask("{ __typename programmes { __typename code } }")["data"]["__typename"] == "Query"
    assert [type(question) for _, question in client.desk.asked] == [model.ApiSchema] * 3 + [model.Programmes]


# ------------------------------------------------------------------------------------------------ HTTP

BROKEN = {
    "syntax": {"query": "{"},
    "nothing": {"query": ""},
    "validation": {"query": "{ nothing }"},
    "empty selection": {"query": "{ programmes { } }"},
    "circle": {"query": "{ ...A } fragment A on Query { ...A }"},
    "variable missing": {"query": "query($id: ID!) { person(id: $id) { id } }"},
    "variable of another type": {
        "query": "query($id: ID!) { person(id: $id) { id } }",
        "variables": {"id": {"a": 1}},
    },
    "no such operation": {"query": "query A { programmes { code } }", "operationName": "B"},
    "which operation": {"query": "query A { programmes { code } } query B { programmes { code } }"},
    "subscription": {"query": "subscription { ledgerEntries { seq } }"},
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_query_that_cannot_run_is_400_for_newer_clients_and_200_for_older(
    client: Client, case: str
) -> None:
    newer = client.post(BROKEN[case], accept=NEWER)
    assert newer.status_code == 400
    assert newer.headers["content-type"] == f"{NEWER}; charset=utf-8"
    assert "data" not in newer.json()
    assert all(each["extensions"]["code"] == "INVALID_INPUT" for each in newer.json()["errors"])
    older = client.post(BROKEN[case], accept="application/json")
    assert older.status_code == 200
    assert older.headers["content-type"] == "application/json; charset=utf-8"
    assert "data" not in older.json()
    assert client.desk.asked == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[]", b'"query"', b"null", b"{}", b'{"query": 1}',
     b'[{"query": "{ programmes { code } }"}]',
     b'{"query": "{ __typename }", "variables": [1]}', b'{"query": "{ __typename }", "operationName": 1}'],
)  # fmt: skip
@pytest.mark.parametrize("accept", ["application/json", NEWER])
def test_a_malformed_request_is_400_for_everybody(client: Client, body: bytes, accept: str) -> None:
    response = client.post(body, accept=accept)
    assert response.status_code == 400
    assert code_of(response.json()) == "INVALID_INPUT"
    assert client.desk.asked == []


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html, application/*;q=0.5", "application/json"),
        (NEWER, NEWER),
        (f"{NEWER}, application/json;q=0.9", NEWER),
        ("text/html", None),
        ("application/xml", None),
    ],
)
def test_media_types_are_negotiated(client: Client, accept: str | None, given: str | None) -> None:
    headers = {"accept": accept} if accept else {}
    response = client.post({"query": "{ programmes { code } }"}, **headers)
    if given is None:
        assert response.status_code == 406
        assert code_of(response.json()) == "INVALID_INPUT"
    else:
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == given
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "media", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]
)
def test_a_body_that_is_not_declared_as_json_is_415(client: Client, media: str | None) -> None:
    response = client.post({"query": "{ programmes { code } }"}, content_type=media)
    assert response.status_code == 415
    assert client.desk.asked == []


@pytest.mark.parametrize("media", ["application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'])
def test_json_in_utf8_is_taken_however_it_is_spelled(client: Client, media: str) -> None:
    assert client.post({"query": "{ programmes { code } }"}, content_type=media).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_only_post_is_taken_so_that_queries_never_stand_in_addresses(client: Client, method: str) -> None:
    headers = {"authorization": f"Bearer {client.token}"}
    response = client.send(method, "/graphql?query={programmes{code}}", headers=headers)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert client.desk.asked == []


def test_a_long_body_is_413_whether_or_not_it_says_how_long_it_is(client: Client) -> None:
    long = json.dumps({"query": "{ programmes { code } }" + " " * MAX_BODY}).encode()
    assert client.post(long).status_code == 413
    assert client.post(b"{}", content_length=str(MAX_BODY + 1)).status_code == 413
    assert client.desk.asked == []


def test_a_body_may_come_in_pieces(client: Client) -> None:
    text = json.dumps({"query": "{ programmes { code } }"}).encode()
    sent: list[Any] = []
    pieces = iter([text[:5], text[5:20], text[20:]])

    async def receive() -> dict[str, Any]:
        piece = next(pieces)
        return {"type": "http.request", "body": piece, "more_body": not text.endswith(piece)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {client.token}".encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "query_string": b""}
    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 200


def test_a_body_that_breaks_off_is_not_taken_for_whole(client: Client) -> None:
    sent: list[Any] = []
    messages: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": b"{}", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {client.token}".encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "query_string": b""}
    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 400


# ---------------------------------------------------------------------------------------------- limits


def nested(levels: int) -> str:
    """A query of that depth."""
    below = "code"
    for _ in range(levels - 2):
        below = f"parent {{ {below} }}"
    return f'{{ area(code: "32") {{ {below} }} }}'


def bomb(doublings: int) -> str:
    """A few fragments that spell out to very many fields."""
    parts = [
        f"fragment F{n} on Area {{ parent {{ ...F{n + 1} }} x: parent {{ ...F{n + 1} }} }}"
        for n in range(doublings)
    ]
    return f'{{ area(code: "32") {{ ...F0 }} }} {" ".join(parts)} fragment F{doublings} on Area {{ code }}'


TOO_MUCH: dict[str, Callable[[], str]] = {
    "tokens": lambda: "{ " + "__typename " * MAX_TOKENS + "}",
    "aliases": lambda: "{ " + " ".join(f"a{n}: __typename" for n in range(MAX_ALIASES + 1)) + " }",
    "directives": lambda: "{ " + "__typename @include(if: true) " * (MAX_DIRECTIVES + 1) + "}",
    "levels": lambda: nested(MAX_DEPTH + 1),
    "fields": lambda: bomb(10),
    "questions": lambda: "{ " + " ".join(f"a{n}: programmes {{ code }}" for n in range(MAX_ROOTS + 1)) + " }",
    "deep braces": lambda: "{ a" * 900 + " }" * 900,
    "deep introspection": lambda: (
        "{ __schema { types " + "{ fields { type " * 6 + "{ name }" + " } }" * 6 + " } }"
    ),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_request_that_asks_too_much_is_refused_before_anything_is_asked(client: Client, what: str) -> None:
    response = client.post({"query": TOO_MUCH[what]()}, accept=NEWER)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert client.desk.asked == []


def test_a_request_at_the_limits_is_answered(client: Client) -> None:
    client.desk.answers[model.AreaByCode] = None
    assert client.ask(nested(MAX_DEPTH))["data"] == {"area": None}
    assert MAX_FIELDS > 2**8
    assert client.ask(bomb(5))["data"] == {"area": None}


# ---------------------------------------------------------------------------------------------- health


def test_tells_a_browser_where_the_endpoint_is_without_any_foreign_script(client: Client) -> None:
    response = client.send("GET", "/")
    assert response.status_code == 200
    assert "/graphql" in response.text
    assert "hub token" in response.text
    assert "http" not in response.text


def test_is_alive_also_when_it_can_not_serve(client: Client) -> None:
    client.desk.parts = {"ledger": {"ok": False, "detail": "shortened"}}
    assert client.send("GET", "/healthz").status_code == 200


def test_is_ready_when_every_part_is(client: Client) -> None:
    response = client.send("GET", "/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "lacking": [], "parts": client.desk.parts}


def test_names_the_part_that_keeps_it_from_serving(client: Client) -> None:
    client.desk.parts["projector"] = {"ok": False, "detail": "stopped by fact 12"}
    response = client.send("GET", "/readyz")
    assert response.status_code == 503
    assert response.json()["lacking"] == ["projector"]
    assert response.json()["parts"]["projector"]["detail"] == "stopped by fact 12"
