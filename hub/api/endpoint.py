"""GraphQL over HTTP: one POST, one operation; statuses and media types as the draft standard says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from starlette.types import Receive, Scope, Send

from hub.api import faults
from hub.api.context import Exchange
from hub.api.documents import Documents, Rejected
from hub.api.execution import Outcome, execute
from hub.api.identity import Tokens
from hub.api.limits import MAX_BODY
from hub.api.metrics import Metrics
from hub.domain.errors import HubError, InvalidInput, Unauthenticated
from hub.domain.facts import Actor
from hub.domain.ids import new_id
from hub.questions.model import ApiSchema

if TYPE_CHECKING:
    from hub.service import Doors

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
HEADERS = frozenset({b"accept", b"authorization", b"content-type", b"content-length", b"hub-purpose"})
UTF8 = frozenset({"utf-8", "utf8"})


class Refusal(Exception):  # wraps an error of the tree
    """An error of the tree that HTTP has a status of its own for."""

    def __init__(self, status: int, error: HubError) -> None:
        super().__init__()
        self.status = status
        self.error = error


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a status and the body before it is written."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """The parameters of one GraphQL request."""

    query: str
    operation: str | None
    variables: Mapping[str, Any]


class GraphQLEndpoint:
    """The ASGI application at /graphql."""

    def __init__(self, hub: Doors, tokens: Tokens, documents: Documents, metrics: Metrics) -> None:
        self.hub = hub
        self.tokens = tokens
        self.documents = documents
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        with self.metrics.timed():
            reply, media = await self._answer(scope, receive)
            self.metrics.answered(reply.status, reply.body.get("errors"))
            await _send(send, reply, media)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[Reply, str]:
        headers = _headers(scope)
        request_id = new_id()
        media = JSON
        try:
            media = negotiate(headers.get("accept", ""))
            reply = await self._reply(scope, headers, receive, request_id, strict=media == RESPONSE)
        except Refusal as refusal:
            reply = Reply(refusal.status, {"errors": [faults.of_hub(refusal.error)]})
        except Unauthenticated as error:
            reply = Reply(401, {"errors": [faults.of_hub(error)]})
        except Exception as error:  # nothing may leave unmasked
            reply = Reply(500, {"errors": [faults.masked(error, request_id)]})
        reply.body.setdefault("extensions", {})["requestId"] = request_id
        return reply, media

    async def _reply(
        self, scope: Scope, headers: Mapping[str, str], receive: Receive, request_id: str, *, strict: bool
    ) -> Reply:
        if scope["method"] != "POST":
            advice = "Send a POST; queries hold personal data and do not belong in addresses."
            raise Refusal(405, InvalidInput("This address takes POST only.", advice))
        actor = Actor(self.tokens.authenticate(headers), headers.get("hub-purpose"))
        check_content_type(headers.get("content-type", ""))
        request = read_request(await _body(headers, receive))
        exchange = Exchange(actor, self.hub, request_id)
        try:
            operation = self.documents.operation(request.query, request.operation)
            outcome = await execute(operation, request.variables, exchange)
        except Rejected as rejected:
            errors = await _helpful([faults.of_request(error) for error in rejected.errors], exchange)
            return Reply(400 if strict else 200, {"errors": errors})
        return Reply(200, _spell_out(outcome, exchange))


@lru_cache(maxsize=256)
def negotiate(accept: str) -> str:
    """The media type of the answer: the newer one only for clients that name it. Raises Refusal (406)."""
    if RESPONSE in accept:
        return RESPONSE
    ranges = {each.partition(";")[0].strip().lower() for each in accept.split(",")}
    if not accept or not ranges.isdisjoint({JSON, "*/*", "application/*"}):
        return JSON
    raise Refusal(406, InvalidInput("None of the media types asked for can be given.", f"Accept {RESPONSE}."))


@lru_cache(maxsize=256)
def check_content_type(value: str) -> None:
    """Raises Refusal (415) for anything but JSON in UTF-8."""
    media, _, parameters = value.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media.strip().lower() != JSON or (charset and charset not in UTF8):
        raise Refusal(415, InvalidInput("The body is not declared as JSON.", f"Send `Content-Type: {JSON}`."))


def read_request(body: bytes) -> Request:
    """The parameters in a body. Raises Refusal (400)."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _malformed("The body is no JSON.") from None
    if isinstance(given, list):
        raise _malformed("Batches are not taken: one request, one operation.")
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        raise _malformed("The body has no text `query`.")
    operation, variables = given.get("operationName"), given.get("variables")
    if not (operation is None or isinstance(operation, str)):
        raise _malformed("`operationName` is not text.")
    if not (variables is None or isinstance(variables, dict)):
        raise _malformed("`variables` is not an object.")
    return Request(given["query"], operation or None, variables or {})


async def _helpful(errors: list[dict[str, Any]], exchange: Exchange) -> list[dict[str, Any]]:
    """The errors with suggestions of names for those who may read the schema, without them for everybody else."""
    if not any(faults.SUGGESTION.search(each["message"]) for each in errors):
        return errors
    try:
        await exchange.hub.ask(exchange.actor, ApiSchema())
    except Unauthenticated:
        raise
    except HubError:
        return [{**each, "message": faults.SUGGESTION.sub("", each["message"])} for each in errors]
    return errors


def _malformed(message: str) -> Refusal:
    advice = 'Send {"query": "…", "variables": {…}, "operationName": "…"}; the last two may be left out.'
    return Refusal(400, InvalidInput(message, advice))


def _spell_out(outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    extensions: dict[str, Any] = {"behind": exchange.behind}
    if exchange.as_of_seq is not None:
        extensions["asOfSeq"] = exchange.as_of_seq
    body: dict[str, Any] = {"data": outcome.data, "extensions": extensions}
    if outcome.errors:
        body["errors"] = outcome.errors
    return body


def _headers(scope: Scope) -> Mapping[str, str]:
    """The headers that matter here, by their names in lower case as ASGI gives them."""
    return {
        name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in HEADERS
    }


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The whole body. Raises Refusal (413) once it is longer than allowed, without reading on."""
    declared = headers.get("content-length", "")
    length = int(declared) if declared.isascii() and declared.isdigit() else 0
    parts: list[bytes] = []
    more = True
    while more and length <= MAX_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, InvalidInput("The body broke off.", "Send the request again."))
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
        length = max(length, sum(map(len, parts)))
    if length > MAX_BODY:
        advice = "Ask less at once, and keep values in `variables` short."
        raise Refusal(413, InvalidInput(f"The body is longer than {MAX_BODY} bytes.", advice))
    return b"".join(parts)


async def _send(send: Send, reply: Reply, media: str) -> None:
    body = orjson.dumps(reply.body)
    headers = [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if reply.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="hub"'))
    elif reply.status == 405:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
