"""Addresses that answer about the build as a whole."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response

from recsys.api.answering import Answering
from recsys.api.errors import UNAVAILABLE
from recsys.api.parameters import Id
from recsys.api.report_answers import Champion, Coverage, HealthReport, Metric
from recsys.reading.shared_opening import ServedBuild
from recsys.reading.warehouse import JudgedList


def add_builds(app: FastAPI, answering: Answering) -> None:
    """Add the addresses."""

    @app.get(
        "/health",
        summary="Is there something to serve?",
        tags=["build"],
        responses=UNAVAILABLE,
        response_model=HealthReport,
    )
    async def health() -> Response:
        """Tell whether there is something to serve; needs no key."""

        def ask(build: ServedBuild) -> object:
            return asdict(build.warehouse.health()) | {"database": answering.path.name}

        return await answering.fresh(ask)

    @app.get(
        "/model-metrics",
        summary="How good each recommender is",
        tags=["build"],
        responses=UNAVAILABLE,
        response_model=list[Metric],
    )
    async def model_metrics(
        request: Request,
        *,
        list_type: Annotated[JudgedList | None, Query(description="One list only.")] = None,
        recommender: Id | None = None,
        metric: Annotated[Id | None, Query(description="Such as ndcg or recall.")] = None,
        k: Annotated[int | None, Query(ge=1, le=20, description="5, 10 or 20.")] = None,
        segment_type: Annotated[Id, Query(description="`all` judges everyone as one.")] = "all",
    ) -> Response:
        """Return the recommenders' metrics on the judged folds, the best first."""
        return await answering.kept(
            request.scope,
            lambda build: build.warehouse.model_metrics(
                recommender, list_type, metric, k, segment_type
            ),
        )

    @app.get(
        "/coverage",
        summary="Whom the metrics leave out",
        tags=["build"],
        responses=UNAVAILABLE,
        response_model=list[Coverage],
    )
    async def coverage(request: Request) -> Response:
        """Return whom the metrics are over, and who and what was left out."""
        return await answering.kept(
            request.scope, lambda build: build.warehouse.evaluation_coverage()
        )

    @app.get(
        "/champions",
        summary="Which recommender serves each list",
        tags=["build"],
        responses=UNAVAILABLE,
        response_model=list[Champion],
    )
    async def champions(request: Request) -> Response:
        """Return which recommender serves each list, and why."""
        return await answering.kept(request.scope, lambda build: build.warehouse.champions())
