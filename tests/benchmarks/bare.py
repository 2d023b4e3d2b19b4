"""A bare Starlette handler over the async driver, run as a process of its own: what the hub's API is measured beside.

Reads what to run as JSON from stdin, prints its address as JSON, serves until it is told to stop.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import neo4j
import orjson
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.cli.output import emit
from hub.cli.serve import listen, run_app, url_of
from hub.graph.connect import address_of, async_driver
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Handler:
    """Runs one statement for every request, with the request's variables."""

    driver: neo4j.AsyncDriver
    database: str
    statement: str
    params: dict[str, Any]

    async def answer(self, request: Request) -> Response:
        """All rows as JSON."""
        variables = orjson.loads(await request.body())["variables"]
        async with self.driver.session(
            database=self.database, default_access_mode=neo4j.READ_ACCESS, fetch_size=-1
        ) as session:
            result = await session.run(self.statement, {**self.params, **variables})
            rows = [record.data() async for record in result]
        return Response(orjson.dumps(rows, default=str), media_type="application/json")


async def serve(statements: dict[str, str], params: dict[str, Any]) -> None:
    """Answer each statement under its name, on a server and with a driver set up as the hub's are."""
    address = address_of(Settings())
    async with async_driver(address) as driver:
        handlers = {
            name: Handler(driver, address.database, text, params) for name, text in statements.items()
        }
        app = Starlette(
            routes=[Route(f"/{name}", each.answer, methods=["POST"]) for name, each in handlers.items()]
        )
        with listen("127.0.0.1", 0) as listener:
            await run_app(app, listener, lambda: _announce(url_of(listener)))


def _announce(address: str) -> None:
    emit({"address": address}, True, lambda out: None)
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(serve(**orjson.loads(sys.stdin.buffer.read())))
