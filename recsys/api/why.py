"""The address that says why a customer's lists hold a product, or why they don't."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import FastAPI, Request, Response

from recsys.api.answering import Answering
from recsys.api.answers import WhyAnswer
from recsys.api.errors import UNKNOWN
from recsys.api.parameters import ListTypeQuery, PathId
from recsys.reading.shared_opening import ServedBuild
from recsys.reading.why import why as ask_why


def add_why(app: FastAPI, answering: Answering) -> None:
    """Add the address."""

    @app.get(
        "/customers/{customer_id:path}/why/{product_id:path}",
        summary="Why a product is in a customer's lists, or isn't",
        tags=["customers"],
        responses=UNKNOWN,
        response_model=WhyAnswer,
    )
    async def why(
        request: Request,
        customer_id: PathId,
        product_id: PathId,
        list_type: ListTypeQuery = None,
    ) -> Response:
        """Return each list's place of a product, what moved it there, or what left it out.

        What is known of a product that isn't listed depends on whether the build kept the
        customer's candidates (`is_audited`).
        """

        def ask(build: ServedBuild) -> object:
            found = ask_why(build.warehouse, customer_id, product_id, list_type)
            return vars(build.identity) | asdict(found)

        return await answering.kept(request.scope, ask)
