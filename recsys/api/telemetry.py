"""What Prometheus asks: requests, how long they take, and which build answers them."""

from __future__ import annotations

import time
from collections.abc import Iterator

from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recsys.api.answering import Answering
from recsys.errors import DatabaseError

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper ends of the histogram's buckets: a kept answer takes a fifth of a millisecond."""
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
OTHER = "other"
"""What addresses and methods that don't exist are counted as, so that labels have an end."""


class Telemetry:
    """The numbers of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "recsys_http_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "recsys_http_request_duration_seconds",
            "Seconds from a request to the end of its answer.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._unknown = Counter(
            "recsys_unknown_customers",
            "Customers who were asked for and aren't in the build, by what was answered.",
            ("answer",),
            registry=self.registry,
        )
        self._readable = Gauge(
            "recsys_database_readable", "1 if there is a build to answer from.", registry=None
        )
        self._generated = Gauge(
            "recsys_build_generated_timestamp_seconds",
            "When the build that answers began, in seconds since 1970.",
            registry=None,
        )
        self._age = Gauge(
            "recsys_build_age_seconds", "Seconds since the build that answers began.", registry=None
        )
        self._info = Info("recsys_build", "The build that answers.", registry=None)
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        for answer in ("popular", "unknown"):
            self._unknown.labels(answer)

    def count_unknown(self, fallback: str | None, customers: int = 1) -> None:
        """Count customers that aren't known, by whether popular products were answered."""
        if customers:
            self._unknown.labels(fallback or "unknown").inc(customers)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method, route, status)
        children = self._children.get(key)
        if children is None:
            children = self._requests.labels(*map(str, key)), self._seconds.labels(route)
            self._children[key] = children
        children[0].inc()
        children[1].observe(seconds)

    async def written(self, answering: Answering, accepted: str) -> tuple[bytes, str]:
        """Return all numbers as text, and the text's type."""
        build = CollectorRegistry()
        build.register(self._readable)
        try:
            identity = await answering.identity()
        except DatabaseError:
            self._readable.set(0)
        else:
            self._readable.set(1)
            if identity.generated_at is not None:
                moment = identity.generated_at.timestamp()
                self._generated.set(moment)
                self._age.set(time.time() - moment)
                build.register(self._generated)
                build.register(self._age)
            self._info.info({"run_id": identity.run_id or ""})
            build.register(self._info)
        write, kind = choose_encoder(accepted)
        return write(_Both(self.registry, build)), kind


class _Both(Collector):
    """Two registries as one."""

    def __init__(self, *registries: CollectorRegistry) -> None:
        self._registries = registries

    def collect(self) -> Iterator[Metric]:
        for registry in self._registries:
            yield from registry.collect()


class Counted:
    """Counts every request with its route, status and time."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in METHODS else OTHER
            route = getattr(scope.get("route"), "path_format", OTHER)
            self._telemetry.count(method, route, status, time.perf_counter() - started)


def add_telemetry(app: FastAPI, answering: Answering, telemetry: Telemetry) -> None:
    """Add the address that Prometheus asks."""

    @app.get(
        "/metrics",
        summary="The server's numbers, for Prometheus",
        tags=["build"],
        response_class=Response,
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        },
    )
    async def metrics(request: Request) -> Response:
        """Return the server's numbers for Prometheus; the recommenders' are at /model-metrics."""
        text, kind = await telemetry.written(answering, request.headers.get("accept", ""))
        return Response(text, headers={"Content-Type": kind})
