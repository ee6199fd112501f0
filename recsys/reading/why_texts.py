"""Sentences that say why a list holds a product, or why it doesn't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recsys.reading.ranked_tables import ListType
from recsys.reading.records import Product

Row = Mapping[str, Any]

DROPPED_BY = {
    "list_length": "other products come first",
    "not_sold_at_stores": "the customer's stores don't sell it",
    "variants": "a variant of it takes its place",
    "max_per_category": "the list has as many products of its category as max_per_category allows",
    "max_per_brand": "the list has as many products of its brand as max_per_brand allows",
    "diversity": "further products of a category weigh less by the setting diversity",
    "explore_share": "a product drawn by chance has its place, by the setting explore_share",
    "recommend_new_products": "a product without any sale has its place, by the setting "
    "recommend_new_products",
}
"""What left a candidate out, by `dropped_by` of `marts.recommendation_audit`."""

HELD_OUT = "The customer is in the control group of the experiment, for which no lists are made."

RULE = "rule "
"""What the name of a rule follows in `dropped_by`."""


IN_NO_LIST = "in no list: "
"""How `why_not` of `marts.products` begins where a product could be listed and isn't."""


@dataclass(frozen=True)
class History:
    """What a customer did with a product."""

    orders: int
    last_bought_on: date | None
    rating: float | None


@dataclass(frozen=True)
class ListFacts:
    """What is known of a product and one list of a customer."""

    list_type: str
    product: Product
    history: History
    served: Sequence[Row]
    """The list's products, best first."""
    audit: Row | None
    """What the audit says of the product in this list."""
    candidates: int | None
    """How many candidates of the list the audit has; None where the customer isn't audited."""
    probability: float | None
    """That the customer buys it, where it is known."""


def listed_answer(rank: int, listed: int) -> str:
    """Return the sentence on a product that is listed."""
    return f"It is at place {rank} of {listed}."


def unlisted_answer(facts: ListFacts) -> str:
    """Return the sentence on a product that isn't listed."""
    product, audit = facts.product, facts.audit
    if not product.is_recommendable:
        return f"It isn't recommended to anyone: {product.why_not or 'no reason is given'}."
    if audit is not None and str(audit["dropped_by"]).startswith(RULE):
        return f"The rule '{audit['dropped_by'].removeprefix(RULE)}' keeps it out of the list."
    if audit is not None:
        dropped = DROPPED_BY.get(audit["dropped_by"], f"{audit['dropped_by']} left it out")
        # what was left out before candidates were ranked has no place
        rank = audit["candidate_rank"]
        place = "isn't" if rank is None else f"is candidate {rank} and isn't"
        return f"It {place} listed: {dropped}."
    if of_other_list := _of_other_list(facts.list_type, facts.history):
        return of_other_list
    if not facts.served:
        return "The list is empty: no product qualifies."
    return _not_among(facts)


def _not_among(facts: ListFacts) -> str:
    """Return among how many it isn't."""
    if facts.candidates == 0:
        return "The list has no candidates."
    if facts.candidates is not None:
        candidates = _counted(facts.candidates, "candidate", "candidates")
        return f"It isn't among the {candidates} of the list."
    products = _counted(len(facts.served), "product", "products")
    said = f"It isn't among the {products} of the list{_compared(facts)}."
    return f"{said} {_in_nobodys(facts.product)}".rstrip()


def _in_nobodys(product: Product) -> str:
    """Return why no list of any customer holds it; nothing where some do."""
    why_not = product.why_not or ""
    if not why_not.startswith(IN_NO_LIST):
        return ""
    return f"No list of any customer holds it: {why_not.removeprefix(IN_NO_LIST)}."


def _of_other_list(list_type: str, history: History) -> str | None:
    """Return why the list holds no such products."""
    if list_type == ListType.buy_again and not history.orders:
        return "The customer never bought it: this list holds only what was bought before."
    if list_type == ListType.discover and (history.orders or history.rating is not None):
        done = (
            f"bought it in {_counted(history.orders, 'order', 'orders')}"
            if history.orders
            else f"rated it {history.rating:g}"
        )
        return (
            "It isn't new: this list holds only what the customer has neither bought nor rated, "
            f"and the customer {done}."
        )
    return None


def _compared(facts: ListFacts) -> str:
    last = facts.served[-1]["probability"]
    if last is None:
        return ""
    said = f", the last of which has the probability {last:.4f}"
    own = facts.probability
    return said if own is None else f"{said}; its own is {own:.4f}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
