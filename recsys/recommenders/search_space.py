"""What a recommender's parameters may be when tuned: said beside each, in its annotation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias, get_type_hints

from recsys.errors import InvalidParameterError


@dataclass(frozen=True, kw_only=True)
class Range:
    """Numbers from `low` to `high`, both included; whole ones if both are written so."""

    low: float
    high: float
    log: bool = False
    """Whether factors count, not differences: 1 to 10 gets as many tries as 10 to 100."""
    only_if: tuple[str, Any] | None = None
    """Another parameter and its value without which this one changes nothing."""
    # in no repr: studies are named by it, and all of them would begin anew
    ranks_bought_only: bool = field(default=False, repr=False)
    """Whether it orders what was bought before and nothing else: a list of new products is the same
    whatever it is."""

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise InvalidParameterError(
                f"a range from {self.low} to {self.high} can't be searched: it must go up, and "
                "with log start above 0"
            )

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def __contains__(self, value: object) -> bool:
        """Tell whether the value may come out of a search."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return self.low <= value <= self.high and (not self.is_whole or isinstance(value, int))

    def rounded(self, value: float) -> float:
        """Return the nearest value of four significant digits, or whole number, in the range.

        >>> Range(low=0.1, high=1.0).rounded(0.123456)
        0.1235
        """
        if self.is_whole:
            return min(max(math.floor(value + 0.5), self.low), self.high)
        return min(max(float(f"{value:.4g}"), self.low), self.high)

    def grid(self, points: int) -> tuple[float, ...]:
        """Return so many values from `low` to `high`, equally far apart, or by equal factors.

        >>> Range(low=1.0, high=100.0, log=True).grid(3)
        (1.0, 10.0, 100.0)
        >>> Range(low=1, high=2).grid(3)
        (1, 2)
        """
        shares = [step / (points - 1) for step in range(points)]
        if self.log:
            values = [self.low * (self.high / self.low) ** share for share in shares]
        else:
            values = [self.low + (self.high - self.low) * share for share in shares]
        return tuple(dict.fromkeys(self.rounded(value) for value in values))


@dataclass(frozen=True)
class Choice:
    """One of some values, in no order."""

    values: tuple[Any, ...]
    only_if: tuple[str, Any] | None = None
    """Another parameter and its value without which this one changes nothing."""
    # in no repr, as that of `Range`
    ranks_bought_only: bool = field(default=False, repr=False)
    """Whether it orders what was bought before and nothing else: a list of new products is the same
    whatever it is."""

    def __contains__(self, value: object) -> bool:
        """Tell whether the value may come out of a search."""
        return value in self.values

    def grid(self, points: int) -> tuple[Any, ...]:
        """Return all values, however many points are wanted."""
        del points
        return self.values


Dimension: TypeAlias = Range | Choice
Space: TypeAlias = Mapping[str, Dimension]


def search_space(searched: type, *, with_bought: bool = True) -> dict[str, Dimension]:
    """Return what may be tried for each parameter, in the order of the fields.

    Parameters without a range or a choice in their annotation aren't searched, nor, unless
    `with_bought`, those that only order what was bought before: no list of new products tells
    which of their values is better. One that only counts if another has some value comes after that
    one.

    >>> from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
    >>> search_space(MeanImputedSVD)
    {'n_factors': Range(low=2, high=200, log=True, only_if=None)}
    """
    hints = get_type_hints(searched, include_extras=True)
    found = {
        one.name: said
        for one in fields(searched)
        for said in getattr(hints[one.name], "__metadata__", ())
        if isinstance(said, Range | Choice) and (with_bought or not said.ranks_bought_only)
    }
    return dict(sorted(found.items(), key=lambda item: item[1].only_if is not None))


def is_active(dimension: Dimension, chosen: Mapping[str, Any]) -> bool:
    """Tell whether the parameter counts, given those chosen before it.

    >>> is_active(Choice((1, 2), only_if=("weighting", "bm25")), {"weighting": "tfidf"})
    False
    """
    return dimension.only_if is None or chosen.get(dimension.only_if[0]) == dimension.only_if[1]
