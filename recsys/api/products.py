"""Addresses that answer by product."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from recsys.api.answering import Answering
from recsys.api.answers import (
    PopularAnswer,
    ProductAnswer,
    ProductHit,
    SimilarAnswer,
    TogetherAnswer,
)
from recsys.api.errors import UNAVAILABLE, UNKNOWN
from recsys.api.notes import note_on
from recsys.api.parameters import FilterQuery, Id, LengthQuery, PathId
from recsys.reading.lookups import Found, Wanted
from recsys.reading.searches import find_products
from recsys.reading.shared_opening import ServedBuild
from recsys.reading.unknown_values import require_known
from recsys.reading.warehouse import Method

PRODUCT = ("product_id", "title", "category", "brand", "price", "is_recommendable", "why_not")


def add_products(app: FastAPI, answering: Answering) -> None:
    """Add the addresses."""

    @app.get(
        "/products",
        summary="Find products",
        tags=["products"],
        responses=UNAVAILABLE,
        response_model=list[ProductHit],
    )
    async def products(
        search: Annotated[Id | None, Query(description="Words of the title, or an id.")] = None,
        k: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
    ) -> Response:
        """Find products that may be recommended; those of most customers come first."""
        return await answering.fresh(lambda build: find_products(build.warehouse, search, k))

    @app.get(
        "/products/{product_id:path}/similar",
        summary="Similar products",
        tags=["products"],
        responses=UNKNOWN,
        response_model=SimilarAnswer,
    )
    async def similar(
        request: Request,
        product_id: PathId,
        filters: FilterQuery,
        method: Annotated[Method | None, Query(description="One way only.")] = None,
        k: LengthQuery = None,
    ) -> Response:
        """Return the products most like this one."""
        wanted = Wanted(method, k, filters)

        def ask(build: ServedBuild) -> object:
            found = build.lookups.similar_products(product_id, wanted)
            return _answer(build, {"product_id": product_id}, found, wanted, "similar")

        return await answering.kept(request.scope, ask)

    @app.get(
        "/products/{product_id:path}/bought-together",
        summary="Products bought together",
        tags=["products"],
        responses=UNKNOWN,
        response_model=TogetherAnswer,
    )
    async def bought_together(
        request: Request, product_id: PathId, filters: FilterQuery, k: LengthQuery = None
    ) -> Response:
        """Return what shares baskets with this product."""
        wanted = Wanted(None, k, filters)

        def ask(build: ServedBuild) -> object:
            found = build.lookups.bought_together(product_id, wanted)
            return _answer(build, {"product_id": product_id}, found, wanted, "bought_together")

        return await answering.kept(request.scope, ask)

    @app.get(
        "/products/{product_id:path}",
        summary="A product",
        tags=["products"],
        responses=UNKNOWN,
        response_model=ProductAnswer,
    )
    async def product(request: Request, product_id: PathId) -> Response:
        """Return what is known of a product, and whether it may be recommended."""

        def ask(build: ServedBuild) -> object:
            found = vars(build.warehouse.product(product_id))
            return vars(build.identity) | {name: found[name] for name in PRODUCT}

        return await answering.kept(request.scope, ask)

    @app.get(
        "/popular-products",
        summary="Popular products",
        tags=["products"],
        responses=UNKNOWN,
        response_model=PopularAnswer,
    )
    async def popular_products(
        request: Request, filters: FilterQuery, k: LengthQuery = None
    ) -> Response:
        """Return what most customers bought lately, of all products or of the categories."""
        wanted = Wanted(None, k, filters)

        def ask(build: ServedBuild) -> object:
            found = build.lookups.popular_products(wanted)
            return _answer(build, {}, found, wanted, "popular")

        return await answering.kept(request.scope, ask)


def _answer(
    build: ServedBuild, about: dict[str, Any], found: Found, wanted: Wanted, name: str
) -> dict[str, Any]:
    if wanted.filters and not found.rows:
        require_known(build.warehouse, wanted.filters)
    return {
        **vars(build.identity),
        **about,
        "stored": found.stored,
        "note": note_on(found, wanted),
        name: found.rows,
    }
