"""What may be asked, field by field: the same in a query and in a body."""

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from recsys.api.answers import Fallback
from recsys.reading.filters import Filters
from recsys.reading.warehouse import ListType

LONGEST_ID = 200
"""Characters of an id, a category or a brand."""
MOST_PER_LIST = 100
MOST_CUSTOMERS = 100
"""Customers of one request; their lists are about a megabyte."""
MOST_IN_BASKET = 100
MOST_EXCLUDED = 1000
"""Products that a body may leave out; an address would become too long."""
MOST_IN_QUERY = 50
"""Values of a parameter that may be repeated."""

Id = Annotated[str, StringConstraints(max_length=LONGEST_ID)]
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
StrictPrice = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
PathId = Annotated[str, Path(max_length=LONGEST_ID)]


def _whole(value: object) -> object:
    """Return 3 for 3.0, which JSON doesn't tell apart."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Length = Annotated[int, Field(ge=1, le=MOST_PER_LIST, strict=True), BeforeValidator(_whole)]
_CATEGORY = "Only products of this category; may be repeated."
_BRAND = "Only products of this brand; may be repeated."
_PRICE_MIN = "Only products that cost at least this much."
_PRICE_MAX = "Only products that cost at most this much."
_IN_STOCK = "Drop products that were out of stock when the build ran."
_EXCLUDE = "Drop this product; may be repeated."
_FALLBACK = "`popular` answers popular products, and says so, where an id isn't known."
_LIST_TYPE = "One list only."
_LENGTH = "At most so many products per list, after the filters."

LengthQuery = Annotated[int | None, Query(ge=1, le=MOST_PER_LIST, description=_LENGTH)]
ListTypeQuery = Annotated[ListType | None, Query(description=_LIST_TYPE)]
FallbackQuery = Annotated[Fallback | None, Query(description=_FALLBACK)]


def _filters(
    *,
    category: Annotated[list[Id], Query(max_length=MOST_IN_QUERY, description=_CATEGORY)] = [],  # noqa: B006 - FastAPI copies it
    brand: Annotated[list[Id], Query(max_length=MOST_IN_QUERY, description=_BRAND)] = [],  # noqa: B006
    price_min: Annotated[Price | None, Query(description=_PRICE_MIN)] = None,
    price_max: Annotated[Price | None, Query(description=_PRICE_MAX)] = None,
    in_stock: Annotated[bool, Query(description=_IN_STOCK)] = False,
    exclude: Annotated[list[Id], Query(max_length=MOST_IN_QUERY, description=_EXCLUDE)] = [],  # noqa: B006
) -> Filters:
    return Filters(
        frozenset(category), frozenset(brand), price_min, price_max, in_stock, frozenset(exclude)
    )


FilterQuery = Annotated[Filters, Depends(_filters)]


class FilterBody(BaseModel):
    """Which products may stand in the answer."""

    model_config = ConfigDict(extra="forbid")

    category: list[Id] = Field([], max_length=MOST_PER_LIST, description="Only of these.")
    brand: list[Id] = Field([], max_length=MOST_PER_LIST, description="Only of these.")
    price_min: StrictPrice | None = Field(None, description=_PRICE_MIN)
    price_max: StrictPrice | None = Field(None, description=_PRICE_MAX)
    in_stock: bool = Field(False, strict=True, description=_IN_STOCK)
    exclude: list[Id] = Field([], max_length=MOST_EXCLUDED, description="Drop these products.")
    fallback: Fallback | None = Field(None, description=_FALLBACK)

    def filters(self) -> Filters:
        """Return them as reading knows them."""
        return Filters(
            frozenset(self.category),
            frozenset(self.brand),
            self.price_min,
            self.price_max,
            self.in_stock,
            frozenset(self.exclude),
        )


class CustomersBody(FilterBody):
    """Whose lists are asked for, and which products of them."""

    customer_ids: list[Id] = Field(
        min_length=1, max_length=MOST_CUSTOMERS, description="Customers; each is answered once."
    )
    list_type: ListType | None = Field(None, description=_LIST_TYPE)
    k: Length | None = Field(None, description=_LENGTH)


class BasketBody(FilterBody):
    """A basket, and which products may be suggested."""

    product_ids: list[Id] = Field(
        min_length=1, max_length=MOST_IN_BASKET, description="The products in the basket."
    )
    k: Length = Field(10, description="At most so many suggestions.")
