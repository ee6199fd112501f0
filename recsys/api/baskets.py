"""The address that answers what goes with a basket."""

from __future__ import annotations

from fastapi import FastAPI, Response

from recsys.api.answering import Answering
from recsys.api.answers import POPULAR, BasketAnswer
from recsys.api.errors import BODY, UNKNOWN
from recsys.api.notes import filtered_note
from recsys.api.parameters import BasketBody
from recsys.api.popular import as_suggestions
from recsys.errors import UnknownProductError
from recsys.reading.baskets import suggest
from recsys.reading.shared_opening import ServedBuild
from recsys.reading.unknown_values import require_known


def add_baskets(app: FastAPI, answering: Answering) -> None:
    """Add the address."""

    @app.post(
        "/basket/recommendations",
        summary="What goes with a basket",
        tags=["baskets"],
        responses={**UNKNOWN, **BODY},
        response_model=BasketAnswer,
    )
    async def basket_recommendations(body: BasketBody) -> Response:
        """Suggest products for a basket of someone whom nobody knows.

        First come products bought together with those of the basket, by the sum of
        confidence * (1 - 1 / lift_low); then similar ones, by the highest similarity. A basket of
        which no product is known is answered with 404, or with popular products where `fallback`
        is `popular`.
        """
        return await answering.fresh(lambda build: _suggestions(build, body))


def _suggestions(build: ServedBuild, body: BasketBody) -> dict[str, object]:
    filters = body.filters()
    found = suggest(build.lookups, body.product_ids, body.k, filters)
    rows, fallback = found.rows, None
    if not rows and body.fallback == POPULAR:
        rows, fallback = as_suggestions(build, body.k, filters, body.product_ids), POPULAR
    elif set(found.unknown) == set(body.product_ids):
        some = ", ".join(map(repr, found.unknown[:5]))
        raise UnknownProductError(
            f"no product of the basket is in this database: {some}"
            f"{' and others' if len(found.unknown) > 5 else ''}. Ids are texts, as the shop writes "
            "them; fallback: popular answers popular products"
        )
    if filters and not rows:
        require_known(build.warehouse, filters)
    return {
        **vars(build.identity),
        "note": _note(len(rows), body),
        "unknown_product_ids": found.unknown,
        "fallback": fallback,
        "recommendations": rows,
    }


def _note(count: int, body: BasketBody) -> str | None:
    if count >= body.k:
        return None
    products = f"{count} product{'' if count == 1 else 's'}"
    note = f"k is {body.k}, and the build knows only {products} for this basket."
    return note if not body.filters() else f"{note} {filtered_note(body.filters(), count)}"
