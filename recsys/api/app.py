"""The API's addresses: what each takes, and what it asks of the build."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Response
from fastapi_offline import FastAPIOffline

from recsys.api.answering import Answering
from recsys.api.answers import (
    Champion,
    Coverage,
    HealthReport,
    Metric,
    ProductTogether,
    Recommendation,
    SimilarProduct,
)
from recsys.api.errors import UNAVAILABLE, UNKNOWN, answer_errors
from recsys.api.strict_query import StrictRoute
from recsys.reading.shared_opening import IDLE_SECONDS, ServedBuild, SharedWarehouse
from recsys.reading.warehouse import JudgedList, ListType, Method

ListTypeQuery = Annotated[ListType | None, Query(description="One list only.")]
LengthQuery = Annotated[int | None, Query(ge=1, le=100, description="At most so many per list.")]


def create_app(database: Path, idle_seconds: float = IDLE_SECONDS) -> FastAPI:
    """Return the API over one database file, which may be built or replaced while it runs.

    The file is open while requests come, and closed `idle_seconds` after the last.
    """
    answering = Answering(SharedWarehouse(database, idle_seconds))

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
    _answer_by_id(app, answering)
    _answer_about_the_build(app, answering, database.name)
    return app


def _answer_by_id(app: FastAPI, answering: Answering) -> None:
    @app.get(
        "/customers/{customer_id:path}/recommendations",
        responses=UNKNOWN,
        response_model=list[Recommendation],
    )
    async def recommendations(
        customer_id: str, list_type: ListTypeQuery = None, k: LengthQuery = None
    ) -> Response:
        """Return a customer's lists, best first."""
        return await answering.kept(
            ("recommendations", customer_id, list_type, k),
            lambda build: build.lookups.recommendations(customer_id, list_type, k),
        )

    @app.get(
        "/products/{product_id:path}/similar",
        responses=UNKNOWN,
        response_model=list[SimilarProduct],
    )
    async def similar(
        product_id: str,
        method: Annotated[Method | None, Query(description="One way only.")] = None,
        k: LengthQuery = None,
    ) -> Response:
        """Return the products most like this one."""
        return await answering.kept(
            ("similar", product_id, method, k),
            lambda build: build.lookups.similar_products(product_id, method, k),
        )

    @app.get(
        "/products/{product_id:path}/bought-together",
        responses=UNKNOWN,
        response_model=list[ProductTogether],
    )
    async def bought_together(product_id: str, k: LengthQuery = None) -> Response:
        """Return what shares baskets with this product."""
        return await answering.kept(
            ("bought-together", product_id, k),
            lambda build: build.lookups.bought_together(product_id, k),
        )


def _answer_about_the_build(app: FastAPI, answering: Answering, name: str) -> None:
    @app.get("/health", responses=UNAVAILABLE, response_model=HealthReport)
    async def health() -> Response:
        """Tell whether there is something to serve."""

        def ask(build: ServedBuild) -> object:
            return asdict(build.warehouse.health()) | {"database": name}

        return await answering.fresh(ask)

    @app.get("/metrics", responses=UNAVAILABLE, response_model=list[Metric])
    async def metrics(
        list_type: Annotated[JudgedList | None, Query(description="One list only.")] = None,
        recommender: str | None = None,
        metric: Annotated[str | None, Query(description="Such as ndcg or recall.")] = None,
        k: Annotated[int | None, Query(ge=1, le=20, description="5, 10 or 20.")] = None,
        segment_type: Annotated[str, Query(description="`all` judges everyone as one.")] = "all",
    ) -> Response:
        """Return the recommenders' metrics on the judged folds, the best first."""
        return await answering.kept(
            ("metrics", recommender, list_type, metric, k, segment_type),
            lambda build: build.warehouse.model_metrics(
                recommender, list_type, metric, k, segment_type
            ),
        )

    @app.get("/coverage", responses=UNAVAILABLE, response_model=list[Coverage])
    async def coverage() -> Response:
        """Return whom the metrics are over, and who and what was left out."""
        return await answering.kept("coverage", lambda build: build.warehouse.evaluation_coverage())

    @app.get("/champions", responses=UNAVAILABLE, response_model=list[Champion])
    async def champions() -> Response:
        """Return which recommender serves each list, and why."""
        return await answering.kept("champions", lambda build: build.warehouse.champions())
