"""A fitted logistic regression of logarithms, as arrays: nothing of scikit-learn is needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.compute.compiled import compiled
from recsys.hybrid.examples import Floats

TERMS = 3
"""Of each feature: its logarithm, the square of that, and 1 where the feature is known, else 0. The
first two are 0 where it isn't."""

MOST_DEVIATIONS = 10.0
"""What is further from the mean counts as that far: few pairs can't make others certain."""


@dataclass(frozen=True)
class BoundedRegression:
    """Log odds that are linear in the standardised terms, each within `MOST_DEVIATIONS`."""

    intercept: float
    mean: NDArray[np.float64]
    """(`TERMS`, features), as the other two."""
    deviation: NDArray[np.float64]
    coefficient: NDArray[np.float64]

    def log_odds(self, logarithms: Floats) -> NDArray[np.float64]:
        """Return (pairs,) log odds of (pairs, features) logarithms, NaN where there is none."""
        found = np.full(len(logarithms), self.intercept)
        columns = np.ascontiguousarray(logarithms.T)
        _add_terms(columns, self.mean, 1 / self.deviation, self.coefficient, found)
        return found

    def of_features(self, logarithms: Floats) -> NDArray[np.float64]:
        """Return (pairs, features): what each feature adds to the intercept."""
        found = np.zeros((len(self.mean[0]), len(logarithms)))
        for feature, totals in enumerate(found):
            one = [terms[:, [feature]] for terms in (self.mean, 1 / self.deviation)]
            column = np.ascontiguousarray(logarithms[:, [feature]].T)
            _add_terms(column, *one, self.coefficient[:, [feature]], totals)
        return found.T


@compiled
def _bounded(value):  # type: ignore[no-untyped-def]
    return min(max(value, -MOST_DEVIATIONS), MOST_DEVIATIONS)


@compiled
def _add_terms(columns, mean, factor, coefficient, totals):  # type: ignore[no-untyped-def]
    for feature in range(len(columns)):
        mean_log, mean_square, mean_known = mean[0, feature], mean[1, feature], mean[2, feature]
        by_log, by_square, by_known = factor[0, feature], factor[1, feature], factor[2, feature]
        log_weight, square_weight = coefficient[0, feature], coefficient[1, feature]
        known_weight = coefficient[2, feature]
        if_unknown = (
            log_weight * _bounded(-mean_log * by_log)
            + square_weight * _bounded(-mean_square * by_square)
            + known_weight * _bounded(-mean_known * by_known)
        )
        if_known = known_weight * _bounded((1 - mean_known) * by_known)
        of_feature = columns[feature]
        for pair in range(len(totals)):
            logarithm = np.float64(of_feature[pair])
            said = (
                log_weight * _bounded((logarithm - mean_log) * by_log)
                + square_weight * _bounded((logarithm * logarithm - mean_square) * by_square)
                + if_known
            )
            totals[pair] += if_unknown if np.isnan(logarithm) else said
