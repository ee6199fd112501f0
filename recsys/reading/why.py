"""Why a customer's lists hold a product, or why they don't: what the public tables say."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recsys.reading.ranked_tables import ListType
from recsys.reading.warehouse import CONTROL, Warehouse
from recsys.reading.why_texts import HELD_OUT, History, ListFacts, listed_answer, unlisted_answer

Row = Mapping[str, Any]


@dataclass(frozen=True)
class NamedProduct:
    """A product with its title."""

    product_id: str
    title: str | None


@dataclass(frozen=True)
class WhyInList:
    """What is known of a product in one list of a customer; None where nothing is."""

    list_type: str
    rank: int | None
    """Place in the list; None where it isn't listed."""
    listed: int
    """Products that the list has."""
    answer: str
    """In a sentence."""
    reason: str | None
    """What the customer is told."""
    recommender: str | None
    """Who made the list."""
    candidate_rank: int | None
    """Place among the list's candidates before re-ranking."""
    dropped_by: str | None
    """As in `marts.recommendation_audit`."""
    in_its_place: NamedProduct | None


@dataclass(frozen=True)
class Why:
    """What is known of a customer and a product."""

    customer_id: str
    product_id: str
    title: str | None
    counted_as: str | None
    """The product that this one counts as: the lists are those of that one."""
    is_recommendable: bool
    why_not: str | None
    """As in `marts.products`."""
    orders: int
    """Of the customer with the product or what counts as it."""
    last_bought_on: date | None
    """By the shop's clock."""
    rating: float | None
    """That the customer gave."""
    probability: float | None
    recommender_ranks: dict[str, int]
    """Each recommender that proposes it, with its place there; empty without an audit."""
    moved_by: list[str]
    """What moved the probability most; empty without an audit."""
    is_audited: bool
    """Whether `marts.recommendation_audit` has the customer's candidates."""
    lists: list[WhyInList]
    note: str | None
    """How to learn what isn't known."""


def why(
    warehouse: Warehouse, customer_id: str, product_id: str, list_type: str | None = None
) -> Why:
    """Return why a customer's lists, or one of them, hold a product, or why they don't.

    Raises
    ------
    UnknownCustomerError, UnknownProductError
        Naming up to three ids that look alike.

    """
    warehouse.customer(customer_id)
    asked = warehouse.product(product_id)
    product = asked if asked.recommend_as is None else warehouse.product(asked.recommend_as)
    history = _history(warehouse, customer_id, product.product_id)
    served = warehouse.recommendations(customer_id).to_pylist()
    audit = _audit(warehouse, customer_id, product.product_id)
    candidates = _candidates(warehouse, customer_id)
    probability = _probability(
        warehouse,
        customer_id,
        [row for row in (*audit, *served) if row["product_id"] == product.product_id],
        product.product_id,
    )
    first = audit[0] if audit else {}
    is_held_out = warehouse.arm(customer_id) == CONTROL
    return Why(
        customer_id=customer_id,
        product_id=product_id,
        title=asked.title,
        counted_as=asked.recommend_as,
        is_recommendable=bool(product.is_recommendable),
        why_not=product.why_not,
        orders=history.orders,
        last_bought_on=history.last_bought_on,
        rating=history.rating,
        probability=probability,
        recommender_ranks=_ranks(first.get("recommender_ranks")),
        moved_by=[text for text in (first.get("moved_by") or "").split("; ") if text],
        is_audited=bool(candidates),
        lists=[
            _in_list(
                ListFacts(
                    list_type=name,
                    product=product,
                    history=history,
                    served=[row for row in served if row["list_type"] == name],
                    audit=next((row for row in audit if row["list_type"] == name), None),
                    candidates=candidates.get(name, 0) if candidates else None,
                    probability=probability,
                ),
                is_held_out,
            )
            for name in ([list_type] if list_type else _list_types(warehouse, served))
        ],
        note=(
            _note(customer_id)
            if product.is_recommendable and not candidates and not is_held_out
            else None
        ),
    )


def _in_list(facts: ListFacts, is_held_out: bool) -> WhyInList:
    served, audit = facts.served, facts.audit or {}
    own = next((row for row in served if row["product_id"] == facts.product.product_id), None)
    taken = audit.get("in_its_place_id")
    unlisted = HELD_OUT if is_held_out else unlisted_answer(facts)
    return WhyInList(
        list_type=facts.list_type,
        rank=own["rank"] if own else None,
        listed=len(served),
        answer=listed_answer(own["rank"], len(served)) if own else unlisted,
        reason=own["reason"] if own else None,
        recommender=(own or audit).get("recommender"),
        candidate_rank=audit.get("candidate_rank"),
        dropped_by=audit.get("dropped_by"),
        in_its_place=NamedProduct(taken, audit["title_in_its_place"]) if taken else None,
    )


def _note(customer_id: str) -> str:
    if "," in customer_id or customer_id != customer_id.strip():  # a list of ids can't name it
        return (
            "This customer's candidates aren't kept. To keep and explain those of more customers, "
            "build with a larger setting audit_customers."
        )
    setting = shlex.quote(f"audit_customer_ids={customer_id}")
    return (
        "This customer's candidates aren't kept. To keep and explain them, build with the setting "
        f"audit_customer_ids: recsys build --set {setting}"
    )


def _history(warehouse: Warehouse, customer_id: str, product_id: str) -> History:
    row = warehouse.row(
        """
        with counted as (
            select product_id from marts.products
            where product_id = $product_id or recommend_as = $product_id
        )
        select
            count(distinct coalesce(order_id, cast(purchased_at as varchar))) as orders,
            cast(max(purchased_at) as date) as last_bought_on,
            (
                select max(rating) from marts.ratings
                where customer_id = $customer_id and product_id = $product_id and not is_implied
            ) as rating
        from marts.purchases
        semi join counted on purchases.product_id = counted.product_id
        where customer_id = $customer_id and not coalesce(is_return, false)
        """,
        customer_id=customer_id,
        product_id=product_id,
    )
    return History(**(row or {"orders": 0, "last_bought_on": None, "rating": None}))


def _audit(warehouse: Warehouse, customer_id: str, product_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = warehouse.query(
        """
        select audit.*, products.title as title_in_its_place
        from marts.recommendation_audit as audit
        left join marts.products as products on audit.in_its_place_id = products.product_id
        where audit.customer_id = $customer_id and audit.product_id = $product_id
        """,
        customer_id=customer_id,
        product_id=product_id,
    ).to_pylist()
    return rows


def _candidates(warehouse: Warehouse, customer_id: str) -> dict[str, int]:
    """Return how many candidates of each list are kept of a customer; empty without an audit."""
    rows = warehouse.query(
        """
        select list_type, coalesce(max(candidate_rank), 0) as candidates
        from marts.recommendation_audit
        where customer_id = $customer_id
        group by list_type
        """,
        customer_id=customer_id,
    ).to_pylist()
    return {row["list_type"]: row["candidates"] for row in rows}


def _probability(
    warehouse: Warehouse, customer_id: str, rows: Sequence[Row], product_id: str
) -> float | None:
    """Return the probability that some rows have, else that of the product's audience."""
    known = [row["probability"] for row in rows if row["probability"] is not None]
    if known:
        return float(known[0])
    row = warehouse.row(
        """
        select probability from marts.product_audiences
        where product_id = $product_id and customer_id = $customer_id
        """,
        customer_id=customer_id,
        product_id=product_id,
    )
    return None if row is None else float(row["probability"])


def _list_types(warehouse: Warehouse, served: Sequence[Row]) -> list[str]:
    """Return the lists of this shop: one of ratings alone has no buy_again."""
    there = {row["list_type"] for row in served}
    there |= set(warehouse.champions()["list_type"].to_pylist())
    return [str(name) for name in ListType if name in there]


def _ranks(text: str | None) -> dict[str, int]:
    """Return what a text such as `ease 1, svd 12` says."""
    pairs = (one.rpartition(" ") for one in (text or "").split(", ") if one)
    return {name: int(rank) for name, _, rank in pairs}
