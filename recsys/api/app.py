"""The API as one app: its addresses, and what stands before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from recsys.api.access import Access, Guard, describe_keys
from recsys.api.answering import Answering
from recsys.api.baskets import add_baskets
from recsys.api.builds import add_builds
from recsys.api.customers import add_customers
from recsys.api.demo import add_demo
from recsys.api.errors import answer_errors
from recsys.api.json_answer import GENERATED_AT, RUN_ID
from recsys.api.kept_first import KeptFirst
from recsys.api.limits import Limits
from recsys.api.products import add_products
from recsys.api.strict_query import StrictRoute
from recsys.api.telemetry import Counted, Telemetry, add_telemetry
from recsys.api.why import add_why
from recsys.reading.shared_opening import IDLE_SECONDS, SharedWarehouse


def create_app(
    database: Path, idle_seconds: float = IDLE_SECONDS, access: Access | None = None
) -> FastAPI:
    """Return the API over one database file, which may be built or replaced while it runs.

    The file is open while requests come, and closed `idle_seconds` after the last. Without
    `access` everyone may ask who reaches the app.
    """
    access = access or Access()
    answering = Answering(SharedWarehouse(database, idle_seconds))
    telemetry = Telemetry()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        answering.close()

    app = FastAPIOffline(  # /docs from files of the package, for machines without the internet
        title="recsys",
        version=version("recsys"),
        description="Recommendations, similar products and their metrics; read-only.",
        lifespan=lifespan,
        swagger_ui_parameters={"validatorUrl": None},
        redoc_url=None,
    )
    app.router.route_class = StrictRoute
    answer_errors(app, database)
    add_customers(app, answering, telemetry)
    add_why(app, answering)
    add_baskets(app, answering)
    add_products(app, answering)
    add_builds(app, answering)
    add_telemetry(app, answering, telemetry)
    add_demo(app)
    _stand_before(app, access, answering, telemetry)
    return app


def _stand_before(app: FastAPI, access: Access, answering: Answering, telemetry: Telemetry) -> None:
    """Put what every request passes before the addresses; the last added is passed first."""
    app.add_middleware(KeptFirst, answering=answering)
    app.add_middleware(Limits)
    if access.keys or access.hosts:  # before a body is read
        app.add_middleware(Guard, access=access)
    if access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=access.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "X-API-Key", "Content-Type", "If-None-Match"],
            expose_headers=["ETag", RUN_ID, GENERATED_AT],
        )
    app.add_middleware(Counted, telemetry=telemetry)
    if access.keys:
        describe_keys(app)
