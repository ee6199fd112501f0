"""What goes with a basket of products, from the tables of product pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from recsys.reading.filters import Filters
from recsys.reading.lookups import Lookups, Rows, Wanted
from recsys.reading.product_facts import Facts

BOUGHT_TOGETHER, SIMILAR = "bought_together", "similar"
LEAST_SHARE = 0.05
"""A smaller share of baskets convinces nobody: the reason gives the lift instead."""


@dataclass(frozen=True)
class BasketAnswer:
    """Suggestions for a basket, best first, and the products of it that aren't in the shop."""

    rows: Rows
    unknown: list[str]


@dataclass
class _Evidence:
    """What speaks for one suggestion."""

    score: float
    best: float
    """The strongest evidence of one product of the basket."""
    because: str
    """That product."""
    reason: str
    """What is said of it; the product's name comes in the place of {}."""


def suggest(lookups: Lookups, basket: Iterable[str], k: int, filters: Filters) -> BasketAnswer:
    """Return up to k products for a basket, whose products and their variants are left out.

    First come products that are bought together with products of the basket. Their score is
    the sum of confidence * (1 - 1 / lift_low) over the products of the basket: the share of a
    product's baskets that hold the suggestion, without the part that chance explains. Then come
    products that are similar to one of the basket: their score is the highest `similarity`. Only
    products that may be recommended are suggested.
    """
    wanted = list(dict.fromkeys(basket))
    with lookups.products() as facts_of:
        known = facts_of(wanted)
        counted = {known[one].recommend_as or one: one for one in wanted if one in known}
        together = _summed(
            (because, row)
            for because in counted
            for row in lookups.bought_together(because, Wanted()).rows
        )
        rows = _rows(BOUGHT_TOGETHER, together, counted, facts_of, filters)
        if len(rows) < k:
            alike = _highest(
                (because, row)
                for because in counted
                for row in lookups.similar_products(because, Wanted()).rows
            )
            others = {one: said for one, said in alike.items() if one not in together}
            rows += _rows(SIMILAR, others, counted, facts_of, filters)
    return BasketAnswer(
        [{"rank": at, **row} for at, row in enumerate(rows[:k], 1)],
        [one for one in wanted if one not in known],
    )


def _summed(pairs: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for because, row in pairs:
        lift_low = row["lift_low"] or 0.0
        value = (row["confidence"] or 0.0) * (1 - 1 / lift_low if lift_low > 1 else 0.0)
        seen = found.setdefault(row["other_product_id"], _Evidence(0.0, -1.0, because, ""))
        seen.score += value
        if value > seen.best:
            seen.best, seen.because, seen.reason = value, because, _together(row)
    return found


def _together(row: dict[str, Any]) -> str:
    if row["confidence"] is not None and row["confidence"] >= LEAST_SHARE:
        return f"In {row['confidence']:.0%} of the baskets with {{}}"
    if row["lift"] is None:
        return "In baskets with {}"
    return f"In baskets with {{}} {row['lift']:.1f} times as often as by chance"


def _highest(pairs: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for because, row in pairs:
        product_id, value = row["similar_product_id"], row["similarity"] or 0.0
        if product_id not in found or value > found[product_id].best:
            found[product_id] = _Evidence(value, value, because, "Similar to {}")
    return found


def _rows(
    basis: str,
    found: dict[str, _Evidence],
    counted: dict[str, str],
    facts_of: Callable[[list[str]], dict[str, Facts]],
    filters: Filters,
) -> Rows:
    """Return the suggestions that may be shown, best first; ids break ties."""
    facts = facts_of([*found, *counted.values()])

    def name_of(product_id: str) -> str:
        return facts[product_id].title or product_id

    shown = [
        (product_id, evidence)
        for product_id, evidence in found.items()
        if product_id not in counted
        and product_id in facts
        and facts[product_id].is_recommendable
        and filters.keep(product_id, facts[product_id])
    ]
    shown.sort(key=lambda one: (-one[1].score, one[0]))
    return [
        {
            "product_id": product_id,
            "title": facts[product_id].title,
            "category": facts[product_id].category,
            "brand": facts[product_id].brand,
            "price": facts[product_id].price,
            "score": evidence.score,
            "basis": basis,
            "reason": evidence.reason.replace("{}", name_of(counted[evidence.because])),
            "reason_product_id": counted[evidence.because],
        }
        for product_id, evidence in shown
    ]
