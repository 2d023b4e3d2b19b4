"""Asks an ASGI application in this process, as a client over HTTP would."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import ASGIApp, Message


async def post(app: ASGIApp, path: str, body: dict[str, Any], token: str) -> dict[str, Any]:
    """The decoded JSON answer to a POST with a bearer token."""
    sent = [{"type": "http.request", "body": orjson.dumps(body), "more_body": False}]
    got: list[bytes] = []

    async def receive() -> Message:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        got.append(message.get("body", b""))

    headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {token}".encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 0), "server": ("127.0.0.1", 0),
    }  # fmt: skip
    await app(scope, receive, send)
    answer: dict[str, Any] = orjson.loads(b"".join(got))
    return answer
