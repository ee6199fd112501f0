"""What a reader may ask of the products of a list, beside how many."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.reading.product_facts import Facts

NOT_AVAILABLE = "not available"
"""What `marts.products.why_not` says of a product that was out of stock when the build ran."""


@dataclass(frozen=True)
class Filters:
    """Which products may stand in an answer; empty values mean any product."""

    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    price_min: float | None = None
    """In the shop's currency, inclusive; a product without a price is dropped."""
    price_max: float | None = None
    """Inclusive, as `price_min`."""
    in_stock: bool = False
    """Whether products that were out of stock when the build ran are dropped."""
    excluded: frozenset[str] = frozenset()
    """Ids of products."""

    def __bool__(self) -> bool:
        """Tell whether anything is asked for."""
        return self != _ANY

    @property
    def is_impossible(self) -> bool:
        """Whether no price can be right."""
        low, high = self.price_min, self.price_max
        return low is not None and high is not None and low > high

    def keep(self, product_id: str, facts: Facts | None) -> bool:
        """Tell whether a product may stand in the answer."""
        if product_id in self.excluded:
            return False
        if facts is None:
            return not (self.categories or self.brands or self._asks_for_prices)
        return (
            (not self.categories or facts.category in self.categories)
            and (not self.brands or facts.brand in self.brands)
            and (not self._asks_for_prices or self._has_right_price(facts.price))
            and not (self.in_stock and facts.why_not == NOT_AVAILABLE)
        )

    @property
    def _asks_for_prices(self) -> bool:
        return self.price_min is not None or self.price_max is not None

    def _has_right_price(self, price: float | None) -> bool:
        return (
            price is not None
            and (self.price_min is None or price >= self.price_min)
            and (self.price_max is None or price <= self.price_max)
        )


_ANY = Filters()
