"""Addresses that answer by customer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from recsys.api.answering import Answering, Unkept
from recsys.api.answers import POPULAR, CustomerAnswer, CustomerHit, CustomersAnswer, Fallback
from recsys.api.errors import BODY, UNAVAILABLE, UNKNOWN
from recsys.api.notes import note_on
from recsys.api.parameters import (
    CustomersBody,
    FallbackQuery,
    FilterQuery,
    Id,
    LengthQuery,
    ListTypeQuery,
    PathId,
)
from recsys.api.popular import as_recommendations
from recsys.api.telemetry import Telemetry
from recsys.reading.lookups import Wanted
from recsys.reading.searches import find_customers
from recsys.reading.shared_opening import ServedBuild
from recsys.reading.unknown_values import require_known


def add_customers(app: FastAPI, answering: Answering, telemetry: Telemetry) -> None:
    """Add the addresses."""

    @app.get(
        "/customers",
        summary="Find customers",
        tags=["customers"],
        responses=UNAVAILABLE,
        response_model=list[CustomerHit],
    )
    async def customers(
        search: Annotated[Id | None, Query(description="The beginning of an id.")] = None,
        k: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
    ) -> Response:
        """Find customers by the beginning of their id; those with most orders come first."""
        return await answering.fresh(lambda build: find_customers(build.warehouse, search, k))

    @app.get(
        "/customers/{customer_id:path}/recommendations",
        summary="A customer's lists",
        tags=["customers"],
        responses=UNKNOWN,
        response_model=CustomerAnswer,
    )
    async def recommendations(
        request: Request,
        *,
        customer_id: PathId,
        filters: FilterQuery,
        list_type: ListTypeQuery = None,
        k: LengthQuery = None,
        fallback: FallbackQuery = None,
    ) -> Response:
        """Return a customer's lists, best first.

        A customer who isn't known is answered with 404, or with popular products and `known:
        false` where `fallback=popular` is asked for. Who is in the control group of an experiment
        has `held_out: true` and no lists, or popular products where they are asked for.
        """
        wanted = Wanted(list_type, k, filters)

        def ask(build: ServedBuild) -> object:
            lists = _lists(build, customer_id, wanted, fallback)
            if not lists["known"]:
                telemetry.count_unknown(fallback)
                if fallback is None:
                    raise build.lookups.unknown_customer(customer_id)
            if filters and not lists["recommendations"]:
                require_known(build.warehouse, filters)
            answer = {**_of(build), **lists}
            return answer if lists["known"] else Unkept(answer)

        return await answering.kept(request.scope, ask)

    @app.post(
        "/customers/recommendations",
        summary="Lists of many customers",
        tags=["customers"],
        responses={**UNKNOWN, **BODY},
        response_model=CustomersAnswer,
    )
    async def many_recommendations(body: CustomersBody) -> Response:
        """Return the lists of many customers; a customer who isn't known has `known: false`."""
        wanted = Wanted(body.list_type, body.k, body.filters())

        def ask(build: ServedBuild) -> object:
            results = [
                _lists(build, one, wanted, body.fallback)
                for one in dict.fromkeys(body.customer_ids)
            ]
            unknown = sum(not one["known"] for one in results)
            telemetry.count_unknown(body.fallback, unknown)
            if wanted.filters and not any(one["recommendations"] for one in results):
                require_known(build.warehouse, wanted.filters)
            return {**_of(build), "unknown": unknown, "results": results}

        return await answering.fresh(ask)


def _lists(
    build: ServedBuild, customer_id: str, wanted: Wanted, fallback: Fallback | None
) -> dict[str, Any]:
    found = build.lookups.recommendations(customer_id, wanted)
    if found is not None and not found.is_held_out:
        return {
            "customer_id": customer_id,
            "known": True,
            "held_out": False,
            "fallback": None,
            "stored": found.stored,
            "note": note_on(found, wanted),
            "recommendations": found.rows,
        }
    popular = as_recommendations(build, wanted) if fallback == POPULAR else []
    note = "No such customer" if found is None else "No lists are made for the control group"
    note += ": these are popular products." if fallback else "."
    return {
        "customer_id": customer_id,
        "known": found is not None,
        "held_out": found is not None,
        "fallback": fallback,
        "stored": {},
        "note": note,
        "recommendations": popular,
    }


def _of(build: ServedBuild) -> dict[str, Any]:
    return vars(build.identity)
