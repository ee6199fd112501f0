"""Quantile bins: features as bin numbers, the only input of histogram-based trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]

MOST_BINS = 255
"""So many values scikit-learn's histogram-based trees tell apart."""

SAMPLED_ROWS = 100_000
"""The quantiles are those of about so many rows, evenly spaced."""


@dataclass(frozen=True)
class QuantileBins:
    """Cuts every column at its quantiles: equal numbers of rows per bin, as far as ties allow.

    scikit-learn's trees do the same on their own, but with weighted rows they sort a column anew
    for each of its quantiles, which takes longer than to grow the trees. Quantiles here are of
    rows, not of weights.
    """

    edges: list[Numbers]
    """Per column, ascending: a bin ends with its edge, the last one goes on."""

    @classmethod
    def of(cls, columns: Numbers) -> Self:
        """Return the bins of (rows, columns) numbers; NaN is none of them."""
        sample = columns[:: max(1, len(columns) // SAMPLED_ROWS)]
        return cls([_edges(column) for column in sample.T])

    def numbered(self, columns: Numbers) -> NDArray[np.float32]:
        """Return (rows, columns), each value as the number of its bin from 0; NaN stays NaN.

        >>> bins = QuantileBins.of(np.array([[3.0], [np.nan], [10.0], [3.0]]))
        >>> bins.numbered(np.array([[-1.0], [3.0], [4.0], [np.nan]])).ravel()
        array([ 0.,  0.,  1., nan], dtype=float32)
        """
        found = np.empty(columns.shape, np.float32)
        for place, edges in enumerate(self.edges):
            column = columns[:, place]
            found[:, place] = np.searchsorted(edges, column)
            found[np.isnan(column), place] = np.nan
        return found


def _edges(column: Numbers) -> Numbers:
    known = np.sort(column[~np.isnan(column)])
    values = np.unique(known)
    if len(values) > MOST_BINS:
        ends = np.linspace(0, len(known), MOST_BINS + 1)[1:].astype(np.intp) - 1
        values = np.unique(known[ends])
    return values[:-1]
