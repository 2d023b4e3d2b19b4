"""`hub serve`: the GraphQL API over HTTP until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Annotated

import typer
import uvicorn
from starlette.types import ASGIApp

from hub.api.app import create_app
from hub.bootstrap import open_hub
from hub.cli import settings
from hub.cli.output import emit, watching
from hub.domain.errors import SetupError
from hub.settings import Settings

GRACE = 10
"""Seconds that running requests are given when the hub is told to stop."""


Host = Annotated[
    str | None, typer.Option(help="Address to listen on.", show_default="HUB_HOST, or 127.0.0.1")
]
Port = Annotated[
    int | None,
    typer.Option(
        help="Port to listen on; 0: any free one.", show_default="HUB_PORT, or 8000", min=0, max=65_535
    ),
]


def serve(
    host: Host = None,
    port: Port = None,
    json: Annotated[bool, typer.Option("--json", help="Print the address as JSON, for programs.")] = False,
) -> None:
    """Serve the GraphQL API until Ctrl-C or SIGTERM."""
    chosen = settings()
    listener = listen_as_told(chosen, host, port)

    def announce() -> None:
        address = f"{url_of(listener)}/graphql"
        emit({"address": address}, json, lambda out: out.print(f"GraphQL at {address}, stop with Ctrl-C"))

    with listener, asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(chosen, listener, announce))


def listen_as_told(chosen: Settings, host: str | None, port: int | None) -> socket.socket:
    """A listening socket where the options say, else where the settings do."""
    return listen(host or chosen.host, chosen.port if port is None else port)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises SetupError when the port can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SetupError(
            f"Port {port} of {host} can't be used: {error.strerror}.",
            "Stop what listens there, or choose another port with `--port`.",
        ) from error


def url_of(listener: socket.socket) -> str:
    """The address of a listening socket as a URL without a path."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def run_app(app: ASGIApp, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve an application on a socket until SIGINT or SIGTERM; `announce` is called once it is reachable."""
    server = _Server(_configuration(app))
    announcing = asyncio.create_task(_when_started(server, announce))
    try:
        await server.serve(sockets=[listener])
    finally:
        announcing.cancel()


async def _serve(chosen: Settings, listener: socket.socket, announce: Callable[[], None]) -> None:
    async with AsyncExitStack() as stack:
        with watching() as report:
            opened = await stack.enter_async_context(open_hub(chosen, report))
            fault = await opened.graph_fault()
        if fault is not None:  # changes are taken all the same, and the graph follows when it is back
            print(f"warning: Nothing can be read now: {fault} The hub goes on trying.", file=sys.stderr)
        await run_app(create_app(opened.hub, opened.settings), listener, announce)


def _configuration(app: ASGIApp) -> uvicorn.Config:
    """No access log and no log configuration of uvicorn's own: bodies and headers are never written down."""
    return uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


async def _when_started(server: uvicorn.Server, announce: Callable[[], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.02)
    announce()


class _Server(uvicorn.Server):
    """Stops on a signal and leaves it at that: raised again, it would cut the closing of the hub short."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        signals = (signal.SIGINT, signal.SIGTERM)
        former = {each: signal.signal(each, self.handle_exit) for each in signals}
        try:
            yield
        finally:
            for each, handler in former.items():
                signal.signal(each, handler)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop where there is one (not on Windows)."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
