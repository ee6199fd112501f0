"""Which table of a shop a file may be: purchases, ratings, products, customers and others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.guesses import SURE, Guess, ranked
from recsys.draft.profiling import FileProfile
from recsys.draft.unknown_nouns import is_line_id, unknown_ids
from recsys.draft.words import parse_name

LIKELY = 0.45
"""With less certainty a file isn't used as a table."""

UNKNOWN_NOUN = 0.4
"""Certainty that an id of no known name is the product, where all else of a purchase is there."""
SOLD_PRODUCT = "sold product"
"""A kind that only this module uses: a product that is sold, or rated, more than once."""
NAMED_PRODUCT = 0.45
"""Certainty that a product's name stands for its id."""

FILE_WORDS = {
    "purchases": {"order", "bought_time"},
    "ratings": {"rating", "review", "like"},
    "products": {"product", "product_code"},
    "customers": {"customer", "demographic"},
    "stores": {"outlet"},
    "promotions": {"campaign", "discount"},
    "assortment": {"assortment"},
    "exposures": {"shown"},
}
"""Senses in a file's name that speak for a table."""
BESIDE = {"campaign", "discount", "return", "cancelled", "shipping", "delivery"}
"""Senses in a file's name that speak for something beside purchases: coupons, promotions."""


@dataclass(frozen=True)
class Role:
    """A file as a table, with certainty from 0 to 1 and the evidence in words."""

    table: str
    certainty: float
    why: str


class Evidence:
    """The best guess for each kind of column in a file."""

    def __init__(self, profile: FileProfile) -> None:
        self.profile = profile
        self.file_words = parse_file_name(profile)
        self._best: dict[str, Guess | None] = {}

    def best(self, kind: str) -> Guess | None:
        """Return the best guess for a kind."""
        if kind not in self._best:
            found = next(iter(ranked(self.profile.columns, kind)), None)
            if kind == SOLD_PRODUCT:
                found = self._sold_product()
            elif kind == "product_id" and (found is None or found.certainty < 0.4):
                found = self._named_product() or found
            self._best[kind] = found
        return self._best[kind]

    def _sold_product(self) -> Guess | None:
        """Return the best product that isn't another on every line, be its noun unknown."""
        products = [*ranked(self.profile.columns, "product_id"), self._named_product()]
        repeating = [found for found in products if found and not is_line_id(found.column)]
        best = max(repeating, key=lambda found: found.certainty, default=None)
        if best is not None and best.certainty >= UNKNOWN_NOUN:
            return best
        left = self.unknown_ids or [c for c in self.profile.columns if is_line_id(c)]
        return Guess("product_id", left[0], UNKNOWN_NOUN, "") if left else best

    @cached_property
    def unknown_ids(self) -> list[ColumnProfile]:
        """The columns that may be ids of a noun that isn't known."""
        kinds = ("customer_id", "order_id", "purchased_at", "quantity", "amount", "rating")
        used = [
            found.column.name
            for kind in kinds
            if (found := self.best(kind)) is not None and found.certainty >= UNKNOWN_NOUN
        ]
        return unknown_ids(self.profile, used)

    def _named_product(self) -> Guess | None:
        """Return the title as the product's id if there is no other, as in small shops."""
        title = self.best("title")
        if title is None or title.certainty < 0.5:
            return None
        return Guess("product_id", title.column, NAMED_PRODUCT, title.by_name)

    def certainty(self, *kinds: str) -> float:
        """Return how certain the best guess is, of any of these kinds; 0 without one."""
        return max(found.certainty if (found := self.best(kind)) else 0.0 for kind in kinds)

    def uniqueness(self, kind: str) -> float:
        """Return the share of differing values in the best guess's column."""
        found = self.best(kind)
        return found.column.uniqueness if found else 0.0

    def differing(self, kind: str) -> tuple[float, str]:
        """Return that share within each of several files, and in words."""
        found = self.best(kind)
        share = found.column.uniqueness_in_files if found else 0.0
        return share, f"{100 * share:.0f} % of {found.column.name if found else 'no column'} differ"


def parse_file_name(profile: FileProfile) -> frozenset[str]:
    """Return what a file's name, or a table's, means."""
    return parse_name(profile.file.what).known


def roles(profile: FileProfile) -> list[Role]:
    """Return what a file may be, the most certain first."""
    evidence = Evidence(profile)
    words = evidence.file_words
    found = []
    for judge in JUDGES:
        table = judge.__name__[1:]
        score, why, against = judge(evidence)
        for factor, holds in against:
            score *= factor if holds else 1.0
        score += 0.15 * bool(words & FILE_WORDS[table])
        score -= 0.3 * bool(words & BESIDE and table != "promotions")
        found.append(Role(table, score, why))
    return sorted(found, key=lambda role: -role.certainty)


Judged = tuple[float, str, list[tuple[float, bool]]]
"""Evidence for a table with its weight, and the conditions that lower the weight."""


def _weighed(evidence: Evidence, weights: dict[str, float]) -> tuple[float, str, dict[str, float]]:
    certain = {kind: evidence.certainty(kind) for kind in weights}
    if "rating" in weights and "like" in evidence.file_words:  # each line is a like
        certain["rating"] = max(certain["rating"], SURE)
    seen = [
        kind.replace(SOLD_PRODUCT, "product_id")
        for kind, certainty in certain.items()
        if certainty > (UNKNOWN_NOUN if kind == SOLD_PRODUCT else 0.4) - 1e-9
    ]
    why = f"it has {', '.join(seen)}" if seen else "none of its columns"
    return sum(weight * certain[kind] for kind, weight in weights.items()), why, certain


def _purchases(evidence: Evidence) -> Judged:
    ids = {SOLD_PRODUCT: 0.3, "purchased_at": 0.25, "customer_id": 0.15, "order_id": 0.15}
    score, why, certain = _weighed(
        evidence, {**ids, "quantity": 0.15, "amount": 0.1, "unit_price": 0.1}
    )
    least = 0.4 if evidence.profile.file.is_named else 0.25  # values alone give no more certainty
    product = certain[SOLD_PRODUCT]
    is_unknown = product <= UNKNOWN_NOUN <= least and not _is_sold(certain, evidence)
    is_sold = max(certain["quantity"], certain["order_id"], certain["amount"]) >= 0.5
    return (
        score,
        why,
        [
            (0.3, evidence.best(SOLD_PRODUCT) is None or product < least or is_unknown),
            (0.4, max(certain["purchased_at"], certain["order_id"], certain["quantity"]) < 0.3),
            # a file with each product once describes products rather than sales
            (0.5, certain["customer_id"] < SURE and is_one_line_each(evidence)),
            (0.3, evidence.certainty("rating") >= 0.7 and not is_sold),
        ],
    )


def _is_sold(certain: dict[str, float], evidence: Evidence) -> bool:
    """Whether all else of a purchase is there, and it is no head of an order."""
    is_head = certain["order_id"] >= SURE and evidence.uniqueness("order_id") > 0.95
    is_of_somebody = certain["customer_id"] >= SURE or len(evidence.unknown_ids) > 1
    return not is_head and (
        is_of_somebody
        and certain["purchased_at"] >= SURE
        and max(certain["quantity"], certain["amount"], certain["unit_price"]) >= 0.5
    )


def is_one_line_each(evidence: Evidence) -> bool:
    """Return whether the best product of the file is another on every line."""
    product = evidence.best("product_id")
    return product is not None and is_line_id(product.column)


def _ratings(evidence: Evidence) -> Judged:
    score, why, certain = _weighed(
        evidence, {"customer_id": 0.25, SOLD_PRODUCT: 0.25, "rating": 0.4, "rated_at": 0.1}
    )
    least = min(certain["customer_id"], certain[SOLD_PRODUCT])
    is_average = certain["customer_id"] < SURE and is_one_line_each(evidence)
    return score, why, [(0.3, least < 0.25 or certain["rating"] < 0.4), (0.4, is_average)]


def _products(evidence: Evidence) -> Judged:
    kinds = ("title", "category", "department", "brand", "description", "price")
    described = [kind for kind in kinds if evidence.certainty(kind) >= 0.4]
    certain = evidence.certainty("product_id")
    unique, why = evidence.differing("product_id")
    return (
        0.4 * certain + 0.15 * min(len(described), 3),
        f"each product once ({why})" + (f", with {', '.join(described)}" if described else ""),
        [
            (0.3, certain < 0.3 or not described),
            (0.5 if unique > 0.5 else 0.3, unique < 0.9),
            (0.4, evidence.certainty("customer_id") >= 0.7),
        ],
    )


def _customers(evidence: Evidence) -> Judged:
    certain = evidence.certainty("customer_id")
    unique, why = evidence.differing("customer_id")
    columns = [column.parsed_name.known for column in evidence.profile.columns]
    about = sum(bool(known & {"demographic", "place", "birth", "person"}) for known in columns)
    is_of_orders = evidence.certainty("order_id") >= 0.9 and evidence.uniqueness("order_id") > 0.9
    return (
        0.5 * certain + 0.15 * min(about, 3),
        f"each customer once ({why})",
        [
            (0.3, unique < 0.95),
            (0.4, evidence.certainty("product_id") >= 0.6 or certain < 0.3 or len(columns) < 2),
            (0.5, is_of_orders),  # heads of orders, with who ordered
        ],
    )


def _stores(evidence: Evidence) -> Judged:
    certain = evidence.certainty("store_id")
    unique, why = evidence.differing("store_id")
    others = evidence.certainty("customer_id", "product_id", "order_id")
    is_described = evidence.certainty("region", "title", "size") >= 0.4
    return (
        0.6 * certain + 0.15 * is_described,
        f"each store once ({why})",
        [(0.3, unique < 0.95), (0.3, others >= 0.6 or certain < 0.5)],
    )


def _promotions(evidence: Evidence) -> Judged:
    score, why, certain = _weighed(
        evidence,
        {"product_id": 0.3, "starts": 0.2, "ends": 0.2, "week": 0.2, "kind": 0.1, "store_id": 0.1},
    )
    when = max(min(certain["starts"], certain["ends"]), certain["week"])
    is_sold = evidence.certainty("customer_id", "order_id", "quantity", "purchased_at") >= SURE
    is_named = bool(evidence.file_words & FILE_WORDS["promotions"])
    return (
        score,
        why,
        [
            (0.3, when < 0.5 or certain["product_id"] < 0.4),
            (0.3, is_sold),
            (0.5, not is_named and certain["kind"] < 0.5),
        ],
    )


def _assortment(evidence: Evidence) -> Judged:
    score, why, certain = _weighed(
        evidence, {"product_id": 0.3, "store_id": 0.3, "starts": 0.1, "ends": 0.1}
    )
    is_sold = evidence.certainty("customer_id", "order_id", "purchased_at") >= SURE
    is_named = bool(evidence.file_words & FILE_WORDS["assortment"])
    return (
        score,
        why,
        [
            (0.3, min(certain["product_id"], certain["store_id"]) < 0.4),
            (0.3, is_sold),
            (0.5, not is_named),  # calendars of promotions have the same columns
        ],
    )


def _exposures(evidence: Evidence) -> Judged:
    score, why, certain = _weighed(
        evidence, {"customer_id": 0.25, SOLD_PRODUCT: 0.25, "shown_at": 0.4, "clicked_at": 0.15}
    )
    is_named = "shown" in evidence.file_words or certain["shown_at"] >= 0.8
    return (
        score,
        why,
        [
            (0.3, min(certain["customer_id"], certain[SOLD_PRODUCT]) < 0.25),
            (0.3, certain["shown_at"] < 0.4 or not is_named),  # any log has who, what and when
            (0.3, evidence.certainty("quantity", "amount", "unit_price", "rating") >= SURE),
        ],
    )


JUDGES = (
    *(_purchases, _ratings, _products, _customers),
    *(_stores, _promotions, _assortment, _exposures),
)
"""Each says how well a file fits the table that it is called after."""


def shows_sales(profile: FileProfile) -> bool:
    """Return whether a file says more of purchases than who, what and when: tags have that, too."""
    evidence = Evidence(profile)
    certain = evidence.certainty("order_id", "quantity", "amount", "unit_price")
    return bool(evidence.file_words & FILE_WORDS["purchases"]) or certain >= 0.4


def is_order_head(profile: FileProfile) -> bool:
    """Return whether a file has one line per order and no products: its lines are elsewhere."""
    evidence = Evidence(profile)
    return (
        evidence.certainty("order_id") >= 0.6
        and evidence.uniqueness("order_id") > 0.95
        and evidence.certainty("product_id") < 0.6
        and evidence.certainty("customer_id", "purchased_at") >= 0.6
    )


def is_order_detail(profile: FileProfile) -> bool:
    """Return whether a file has products of orders, but not who bought or when."""
    evidence = Evidence(profile)
    product, order = evidence.certainty(SOLD_PRODUCT), evidence.certainty("order_id")
    sold = evidence.certainty("quantity", "unit_price", "amount")
    is_unknown = product >= UNKNOWN_NOUN and sold >= 0.5 and evidence.uniqueness("order_id") < 0.95
    return (
        order >= SURE
        and (product >= SURE or is_unknown)
        and min(evidence.certainty("customer_id"), evidence.certainty("purchased_at")) < SURE
    )
