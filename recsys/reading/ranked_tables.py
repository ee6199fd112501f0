"""The public tables that answer for one id: which columns a reader gets, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FACTS = ("title", "category", "brand", "price")
"""What a reader gets of a product beside its id: columns of marts.products."""
INSTANTS = ("started_at", "finished_at", "generated_at")
"""Columns that hold a moment of a build; in the tables they are UTC without saying so."""


class ListType(StrEnum):
    """A customer's lists."""

    discover = "discover"
    buy_again = "buy_again"
    next_basket = "next_basket"


class Method(StrEnum):
    """Similarity by product texts (`content`) or by buyers (`collaborative`)."""

    content = "content"
    collaborative = "collaborative"


@dataclass(frozen=True)
class RankedTable:
    """A table of marts that is sorted by an id and holds ranked products for it."""

    name: str
    key: str
    """The column of the id that is asked for."""
    before: tuple[str, ...]
    """The columns that a reader gets before the product's facts; the last is the product."""
    facts: tuple[str, ...]
    after: tuple[str, ...]
    group: str | None = None
    """The column whose values are ranked apart."""
    groups: Sequence[str] = ()
    """The group's values, in the order in which a reader gets them."""

    @property
    def product(self) -> str:
        """The column that names the ranked product."""
        return self.before[-1]

    @property
    def rows_of_key(self) -> str:
        """The query for an id's rows without the products' facts, in no order.

        Moments are microseconds since 1970.
        """
        columns = ", ".join(
            f"epoch_us({column})" if column in INSTANTS else column
            for column in (*self.before, *self.after)
        )
        return f"select {columns} from marts.{self.name} where {self.key} = $1"  # noqa: S608

    @property
    def query(self) -> str:
        """The query for an id's rows; parameters: id, wanted (a group or null), k, groups."""
        before = ", ".join(f"found.{column}" for column in self.before)
        facts = ", ".join(f"products.{column}" for column in self.facts)
        after = ", ".join(
            f"cast(found.{column} as timestamptz) as {column}"
            if column in INSTANTS
            else f"found.{column}"
            for column in self.after
        )
        place = f"list_position($groups, found.{self.group})" if self.group else "len($groups)"
        wanted = f"found.{self.group}" if self.group else "null"
        return f"""
            select {before}, {facts}, {after}
            from marts.{self.name} as found
            left join marts.products as products on found.{self.product} = products.product_id
            where
                found.{self.key} = $id
                and ($wanted is null or {wanted} = $wanted)
                and ($k is null or found.rank <= $k)
            order by {place}, found.rank
            """  # noqa: S608 - all names are this module's


RECOMMENDATIONS = RankedTable(
    name="recommendations",
    key="customer_id",
    before=("list_type", "rank", "product_id"),
    facts=FACTS,
    after=(
        "score",
        "probability",
        "recommender",
        "reason",
        "reason_product_id",
        "run_id",
        "generated_at",
    ),
    group="list_type",
    groups=list(ListType),
)
SIMILAR_PRODUCTS = RankedTable(
    name="similar_products",
    key="product_id",
    before=("method", "rank", "similar_product_id"),
    facts=FACTS,
    after=("similarity", "reason"),
    group="method",
    groups=sorted(Method),
)
BOUGHT_TOGETHER = RankedTable(
    name="bought_together",
    key="product_id",
    before=("rank", "other_product_id"),
    facts=FACTS,
    after=("baskets", "support", "confidence", "lift", "lift_low"),
)
POPULAR_PRODUCTS = RankedTable(
    name="popular_products",
    key="category",
    before=("rank", "product_id"),
    facts=FACTS,
    after=("customers", "trend"),
)
