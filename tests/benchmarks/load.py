"""A load over real HTTP: requests on a few connections that stay open, each sent when the one before is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Load:
    """How a server bore a load: requests a second, and milliseconds to an answer."""

    rate: float
    p50: float
    p99: float


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST of JSON that leaves its connection open."""
    parts = urlsplit(url)
    lines = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + body


def answer(url: str, request: bytes) -> bytes:
    """The body that one request is answered with. Raises RuntimeError for anything but 200."""

    async def ask() -> bytes:
        reader, writer = await _open(url)
        try:
            return await _exchange(reader, writer, request)
        finally:
            writer.close()

    return asyncio.run(ask())


def load(url: str, requests: Sequence[bytes]) -> Load:
    """Send all requests on CONNECTIONS connections. Raises RuntimeError for an answer that is not 200 or has errors."""
    return asyncio.run(_load(url, requests))


async def _load(url: str, requests: Sequence[bytes]) -> Load:
    opened = [await _open(url) for _ in range(CONNECTIONS)]
    waits: list[float] = []
    left = iter(requests)
    begun = time.perf_counter()
    await asyncio.gather(*(_worker(reader, writer, left, waits) for reader, writer in opened))
    taken = time.perf_counter() - begun
    for _, writer in opened:
        writer.close()
    waits.sort()
    p50, p99 = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99))
    return Load(len(waits) / taken, p50, p99)


async def _worker(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: Iterator[bytes], waits: list[float]
) -> None:
    for request in left:
        begun = time.perf_counter()
        body = await _exchange(reader, writer, request)
        waits.append(time.perf_counter() - begun)
        if b'"errors"' in body:
            raise RuntimeError(f"An answer has errors: {body!r}")


async def _open(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    body = await reader.readexactly(int(length))
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{head!r} {body!r}")
    return body
