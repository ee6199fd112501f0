"""Pairs of customers and products to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Examples:
    """Pairs of customers and products, and whether they were bought in the label window."""

    features: Floats
    """(pairs, features) float32; NaN where there is none."""
    is_bought: NDArray[np.bool_]
    """(pairs,)"""
    weight: Floats
    """(pairs,) how many pairs each one stands for: samples weigh more."""

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.is_bought)

    def with_features(self, features: Floats) -> Examples:
        """Return the same pairs with these features instead."""
        return Examples(features, self.is_bought, self.weight)

    def without(self, positions: Sequence[int]) -> Examples:
        """Return the same pairs, of which the features at these positions aren't known."""
        if not positions:
            return self
        features = self.features.copy(order="F")
        features[:, list(positions)] = np.nan
        return self.with_features(features)

    def halves(self) -> tuple[Examples, Examples]:
        """Return the first and the second half."""
        middle = len(self) // 2
        return self.of(slice(middle)), self.of(slice(middle, None))

    def share(self, number: int, shares: int) -> Examples:
        """Return all pairs that were bought and one of several equal shares of the others."""
        place = np.cumsum(~self.is_bought) % shares
        part = self.of(self.is_bought | (place == number))
        return Examples(
            part.features, part.is_bought, np.where(part.is_bought, 1, shares) * part.weight
        )

    def stratified(self, pairs: int) -> Examples:
        """Return about so many pairs, up to half of them bought, each standing for as many more.

        Bought pairs are few: of evenly spaced pairs, there may be none.
        """
        parts = []
        for is_bought in (True, False):
            of_kind = np.flatnonzero(self.is_bought == is_bought)
            chosen = of_kind[:: max(1, -(-2 * len(of_kind) // pairs))]
            part = self.of(chosen)
            weight = part.weight * len(of_kind) / max(1, len(chosen))
            parts.append(Examples(part.features, part.is_bought, weight))
        return Examples.concatenated(parts)

    def every(self, step: int) -> Examples:
        """Return the first of every so many pairs."""
        return self.of(slice(None, None, step))

    def of(self, pairs: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Examples:
        """Return the pairs that are chosen."""
        return Examples(self.features[pairs], self.is_bought[pairs], self.weight[pairs])

    @classmethod
    def concatenated(cls, parts: Sequence[Examples]) -> Examples:
        """Return all pairs of `parts`, in their order."""
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.is_bought for part in parts]),
            np.concatenate([part.weight for part in parts]),
        )
