"""The ASGI application: the GraphQL endpoint, whether the process lives, and whether it can serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.api.documents import Documents
from hub.api.endpoint import GraphQLEndpoint
from hub.api.identity import Tokens
from hub.api.metrics import MEDIA, Metrics
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.service import Doors

    class Serving(Doors, Protocol):
        """The doors, and a word on whether they can be used."""

        async def readiness(self) -> Mapping[str, Mapping[str, Any]]:
            """Part (ledger, graph, projector) → {ok, detail}."""


WELCOME = """\
Hub data induk — GraphQL: POST /graphql

Kirim kueri sebagai JSON dengan kepala `Authorization: Bearer TOKEN`.
Token akun lokal: hub token NAMA

Send queries as JSON with the header `Authorization: Bearer TOKEN`.
A token of a local account: hub token NAME
"""


@dataclass(frozen=True, slots=True)
class Health:
    """What a supervisor asks."""

    hub: Serving

    async def alive(self, request: Request) -> Response:
        """200 as long as the process answers."""
        return _json({"alive": True}, 200)

    async def ready(self, request: Request) -> Response:
        """200 when every part can serve; else 503, naming those that can't and why."""
        parts = await self.hub.readiness()
        lacking = [name for name, part in parts.items() if not part["ok"]]
        return _json(
            {"ready": not lacking, "lacking": lacking, "parts": dict(parts)}, 503 if lacking else 200
        )


async def welcome(request: Request) -> Response:
    """A plain page for those who come with a browser."""
    return PlainTextResponse(WELCOME)


def create_app(hub: Serving, settings: Settings) -> Starlette:
    """The application over a hub. Raises SetupError when its signing key can't be used."""
    health = Health(hub)
    metrics = Metrics()
    endpoint = GraphQLEndpoint(hub, Tokens.of(settings), Documents(), metrics)

    async def measures(request: Request) -> Response:
        return Response(metrics.text(), media_type=MEDIA)

    return Starlette(
        routes=[
            Route("/graphql", endpoint),
            Route("/", welcome),
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/metrics", measures),
        ]
    )


def _json(body: dict[str, object], status: int) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
