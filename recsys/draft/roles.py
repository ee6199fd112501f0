"""Which table of a shop a file may be: purchases, ratings, products or customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.guesses import SURE, Guess, ranked
from recsys.draft.profiling import FileProfile
from recsys.draft.unknown_nouns import is_line_id, unknown_ids
from recsys.draft.words import parse_name

LIKELY = 0.45
"""Below it a file isn't taken for a table."""

UNKNOWN_NOUN = 0.4
"""Certainty that an id of no known name is the product, where all else of a purchase is there."""
SOLD_PRODUCT = "sold product"
"""A kind of this module: a product that is sold, or rated, more than once."""
NAMED_PRODUCT = 0.45
"""Certainty that a product's name stands for its id."""

FILE_WORDS = {
    "purchases": {"order", "bought_time"},
    "ratings": {"rating", "review", "like"},
    "products": {"product", "product_code"},
    "customers": {"customer", "demographic"},
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
        self._best: dict[str, Guess | None] = {}

    def best(self, kind: str) -> Guess | None:
        """Return the best guess for a kind."""
        if kind == SOLD_PRODUCT and kind not in self._best:
            self._best[kind] = self._sold_product()
        elif kind not in self._best:
            self._best[kind] = next(iter(ranked(self.profile.columns, kind)), None)
            if kind == "product_id" and self.certainty(kind) < 0.4:
                self._best[kind] = self._named_product() or self._best[kind]
        return self._best[kind]

    def _sold_product(self) -> Guess | None:
        """Return the best product that isn't another on every line, be its noun unknown."""
        repeating = [
            found
            for found in ranked(self.profile.columns, "product_id")
            if not is_line_id(found.column)
        ]
        named = self._named_product()
        if named is not None and not is_line_id(named.column):
            repeating.append(named)
        best = max(repeating, key=lambda found: found.certainty, default=None)
        if best is not None and best.certainty >= UNKNOWN_NOUN:
            return best
        left = self.unknown_ids
        numbered = [column for column in self.profile.columns if is_line_id(column)]
        if not left and not numbered:
            return best
        return Guess("product_id", (left or numbered)[0], UNKNOWN_NOUN, "")

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
        """Return the title as an id, where there is no other: small shops have no codes."""
        title = self.best("title")
        if title is None or title.certainty < 0.5:
            return None
        return Guess("product_id", title.column, NAMED_PRODUCT, title.by_name)

    def certainty(self, kind: str) -> float:
        """Return how certain the best guess is; 0 without one."""
        found = self.best(kind)
        return found.certainty if found else 0.0

    def uniqueness(self, kind: str) -> float:
        """Return the share of differing values in the best guess's column."""
        found = self.best(kind)
        return found.column.uniqueness if found else 0.0

    def uniqueness_in_files(self, kind: str) -> float:
        """Return the same share within each of several files."""
        found = self.best(kind)
        return found.column.uniqueness_in_files if found else 0.0

    @property
    def file_words(self) -> frozenset[str]:
        """What the file's name means."""
        return parse_file_name(self.profile)


def parse_file_name(profile: FileProfile) -> frozenset[str]:
    """Return what a file's name, or a table's, means."""
    return parse_name(profile.file.what).known


def roles(profile: FileProfile) -> list[Role]:
    """Return what a file may be, the most certain first."""
    evidence = Evidence(profile)
    found = [judge(evidence) for judge in (_purchases, _ratings, _products, _customers)]
    return sorted(found, key=lambda role: -role.certainty)


def _named(evidence: Evidence, table: str) -> float:
    words = evidence.file_words
    return 0.15 * bool(words & FILE_WORDS[table]) - 0.3 * bool(words & BESIDE)


def _purchases(evidence: Evidence) -> Role:
    weights = {
        SOLD_PRODUCT: 0.3,
        "purchased_at": 0.25,
        "customer_id": 0.15,
        "order_id": 0.15,
        "quantity": 0.15,
        "amount": 0.1,
        "unit_price": 0.1,
    }
    certain = {kind: evidence.certainty(kind) for kind in weights}
    score = sum(weight * certain[kind] for kind, weight in weights.items())
    product = evidence.best(SOLD_PRODUCT)
    least = 0.4 if evidence.profile.file.is_named else 0.25  # values alone say no more
    is_unknown = certain[SOLD_PRODUCT] <= UNKNOWN_NOUN and not _is_sold(certain, evidence)
    if product is None or certain[SOLD_PRODUCT] < least or (is_unknown and least >= UNKNOWN_NOUN):
        score *= 0.3
    if max(certain["purchased_at"], certain["order_id"], certain["quantity"]) < 0.3:
        score *= 0.4
    if certain["customer_id"] < SURE and is_one_line_each(evidence):
        score *= 0.5  # each product once: its description rather than its sales
    is_sold = max(certain["quantity"], certain["order_id"], certain["amount"]) >= 0.5
    if evidence.certainty("rating") >= 0.7 and not is_sold:
        score *= 0.3
    return Role("purchases", score + _named(evidence, "purchases"), _columns_seen(certain))


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


def _ratings(evidence: Evidence) -> Role:
    weights = {"customer_id": 0.25, SOLD_PRODUCT: 0.25, "rating": 0.4, "rated_at": 0.1}
    certain = {kind: evidence.certainty(kind) for kind in weights}
    if "like" in evidence.file_words:  # each line of which is one
        certain["rating"] = max(certain["rating"], SURE)
    score = sum(weight * certain[kind] for kind, weight in weights.items())
    if min(certain["customer_id"], certain[SOLD_PRODUCT]) < 0.25 or certain["rating"] < 0.4:
        score *= 0.3
    if certain["customer_id"] < SURE and is_one_line_each(evidence):
        score *= 0.4  # a product's average rating
    return Role("ratings", score + _named(evidence, "ratings"), _columns_seen(certain))


def _products(evidence: Evidence) -> Role:
    kinds = ("title", "category", "department", "brand", "description", "price")
    described = [kind for kind in kinds if evidence.certainty(kind) >= 0.4]
    certain = evidence.certainty("product_id")
    unique = evidence.uniqueness_in_files("product_id")
    score = 0.4 * certain + 0.15 * min(len(described), 3)
    if certain < 0.3 or not described:
        score *= 0.3
    if unique < 0.9:
        score *= 0.5 if unique > 0.5 else 0.3
    if evidence.certainty("customer_id") >= 0.7:
        score *= 0.4
    why = f"each product once ({100 * unique:.0f} % of {_column(evidence, 'product_id')} differ)"
    if described:
        why += f", with {', '.join(described)}"
    return Role("products", score + _named(evidence, "products"), why)


def _customers(evidence: Evidence) -> Role:
    certain = evidence.certainty("customer_id")
    unique = evidence.uniqueness_in_files("customer_id")
    columns = [column.parsed_name.known for column in evidence.profile.columns]
    about = sum(bool(known & {"demographic", "place", "birth", "person"}) for known in columns)
    score = 0.5 * certain + 0.15 * min(about, 3)
    if unique < 0.95:
        score *= 0.3
    if evidence.certainty("product_id") >= 0.6 or certain < 0.3 or len(columns) < 2:
        score *= 0.4
    if evidence.certainty("order_id") >= 0.9 and evidence.uniqueness("order_id") > 0.9:
        score *= 0.5  # heads of orders, with who ordered
    why = f"each customer once ({100 * unique:.0f} % of {_column(evidence, 'customer_id')} differ)"
    return Role("customers", score + _named(evidence, "customers"), why)


def shows_sales(profile: FileProfile) -> bool:
    """Return whether a file says more of purchases than who, what and when: tags have that, too."""
    evidence = Evidence(profile)
    sold = ("order_id", "quantity", "amount", "unit_price")
    return bool(evidence.file_words & FILE_WORDS["purchases"]) or any(
        evidence.certainty(kind) >= 0.4 for kind in sold
    )


def is_order_head(profile: FileProfile) -> bool:
    """Return whether a file has one line per order and no products: its lines are elsewhere."""
    evidence = Evidence(profile)
    return (
        evidence.certainty("order_id") >= 0.6
        and evidence.uniqueness("order_id") > 0.95
        and evidence.certainty("product_id") < 0.6
        and max(evidence.certainty("customer_id"), evidence.certainty("purchased_at")) >= 0.6
    )


def is_order_detail(profile: FileProfile) -> bool:
    """Return whether a file has products of orders, but not who bought or when."""
    evidence = Evidence(profile)
    product, order = evidence.certainty(SOLD_PRODUCT), evidence.certainty("order_id")
    sold = max(evidence.certainty(kind) for kind in ("quantity", "unit_price", "amount"))
    is_unknown = product >= UNKNOWN_NOUN and sold >= 0.5 and evidence.uniqueness("order_id") < 0.95
    return (
        order >= SURE
        and (product >= SURE or is_unknown)
        and min(evidence.certainty("customer_id"), evidence.certainty("purchased_at")) < SURE
    )


def _column(evidence: Evidence, kind: str) -> str:

    guess = evidence.best(kind)
    return guess.column.name if guess else "no column"


def _columns_seen(certain: dict[str, float]) -> str:
    seen = [
        kind.replace(SOLD_PRODUCT, "product_id")
        for kind, certainty in certain.items()
        if certainty > (UNKNOWN_NOUN if kind == SOLD_PRODUCT else 0.4) - 1e-9
    ]
    return f"it has {', '.join(seen)}" if seen else "none of its columns"
