"""What goes with a basket of products, from the tables of product pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from recsys.reading.filters import Filters
from recsys.reading.lookups import Lookups, Rows, Wanted
from recsys.reading.product_facts import Facts

BOUGHT_TOGETHER, SIMILAR = "bought_together", "similar"


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


def suggest(lookups: Lookups, basket: Iterable[str], k: int, filters: Filters) -> BasketAnswer:
    """Return up to k products for a basket, whose products and their variants are left out.

    First come products that are bought together with products of the basket. Their score is
    the sum of `confidence`, the share of a product's baskets that hold the suggestion, over the
    products of the basket. Then come products that are similar to one of them: their score
    is the highest `similarity`. Only products that may be recommended are suggested.
    """
    wanted = list(dict.fromkeys(basket))
    with lookups.products() as facts_of:
        known = facts_of(wanted)
        counted = {known[one].recommend_as or one: one for one in wanted if one in known}
        pairs = [
            (because, row["other_product_id"], row["confidence"])
            for because in counted
            for row in lookups.bought_together(because, Wanted()).rows
        ]
        rows = _rows(BOUGHT_TOGETHER, _summed(pairs), counted, facts_of, filters)
        if len(rows) < k:
            alike = [
                (because, row["similar_product_id"], row["similarity"])
                for because in counted
                for row in lookups.similar_products(because, Wanted()).rows
            ]
            seen = {row["product_id"] for row in rows}
            found = {one: said for one, said in _highest(alike).items() if one not in seen}
            rows += _rows(SIMILAR, found, counted, facts_of, filters)
    return BasketAnswer(
        [{"rank": at, **row} for at, row in enumerate(rows[:k], 1)],
        [one for one in wanted if one not in known],
    )


def _summed(pairs: Iterable[tuple[str, str, float | None]]) -> dict[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for because, product_id, value in pairs:
        seen = found.setdefault(product_id, _Evidence(0.0, -1.0, because))
        seen.score += value or 0.0
        if (value or 0.0) > seen.best:
            seen.best, seen.because = value or 0.0, because
    return found


def _highest(pairs: Iterable[tuple[str, str, float | None]]) -> dict[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for because, product_id, value in pairs:
        if product_id not in found or (value or 0.0) > found[product_id].best:
            found[product_id] = _Evidence(value or 0.0, value or 0.0, because)
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
    shown = [
        (product_id, evidence)
        for product_id, evidence in found.items()
        if product_id not in counted
        and product_id in facts
        and facts[product_id].why_not is None
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
            "reason": _reason(basis, evidence, counted[evidence.because], facts),
            "reason_product_id": counted[evidence.because],
        }
        for product_id, evidence in shown
    ]


def _reason(basis: str, evidence: _Evidence, because: str, facts: dict[str, Facts]) -> str:
    name = facts[because].title or because
    if basis == SIMILAR:
        return f"Similar to {name}"
    return f"In {evidence.best:.0%} of the baskets with {name}"
