"""What a monitoring system is told of the API (Prometheus text): counts and times only, nothing of who or what."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from hub.graph.select import cached

MEDIA = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts of one application. A registry of its own: two applications in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "hub_requests_total", "GraphQL requests by HTTP status.", ["status"], registry=self._registry
        )
        self._seconds = Histogram(
            "hub_request_seconds",
            "Time to answer a GraphQL request.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._errors = Counter(
            "hub_errors_total", "Errors in answers by code.", ["code"], registry=self._registry
        )
        self._running = Gauge("hub_requests_running", "Requests being answered.", registry=self._registry)
        hits = Gauge("hub_plan_hits", "Questions whose statement had been compiled.", registry=self._registry)
        misses = Gauge("hub_plan_misses", "Questions whose statement was compiled.", registry=self._registry)
        hits.set_function(lambda: cached()[0])
        misses.set_function(lambda: cached()[1])

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A request while it is answered."""
        begun = time.perf_counter()
        with self._running.track_inprogress():
            try:
                yield
            finally:
                self._seconds.observe(time.perf_counter() - begun)

    def answered(self, status: int, errors: Any) -> None:
        """How a request ended; of its errors only the codes are counted, which are the hub's own few."""
        self._requests.labels(str(status)).inc()
        for each in errors or ():
            self._errors.labels(each["extensions"]["code"]).inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return bytes(generate_latest(self._registry))
