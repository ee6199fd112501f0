"""A score that tells much of buying by itself, in every season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.linear_model import LogisticRegression

from recsys.hybrid.examples import Examples, Floats
from recsys.native_threads import one_blas_thread

LEAST_SCORE = 1e-3
"""Scores below it count as it: a logarithm of nothing would be infinite."""


@dataclass(frozen=True)
class SteadyScore:
    """A logistic regression on the score's logarithm and its square, with a share of log odds."""

    feature: int
    """The position of the score among the features."""
    share: float
    regression: LogisticRegression | None
    """None where the score can't tell bought from not: it has no share then."""

    @classmethod
    def of(cls, examples: Examples, feature: int | None, share: float) -> Self:
        """Learn what the score says of buying; a share of 0 or no score changes nothing."""
        if feature is None or share == 0:
            return cls(0, 0, None)
        score = examples.features[:, feature]
        known = ~np.isnan(score)
        bought = examples.is_bought[known]
        if not bought.any() or bought.all():
            return cls(feature, share, None)
        with one_blas_thread():
            regression = LogisticRegression(max_iter=1000).fit(
                _logarithms(score[known]), bought, examples.weight[known]
            )
        return cls(feature, share, regression)

    def steadied(self, log_odds: Floats, features: Floats) -> Floats:
        """Return (pairs,) log odds, those of pairs with a score with its share in them."""
        if self.regression is None:
            return log_odds
        score = features[:, self.feature]
        known = ~np.isnan(score)
        if not known.any():
            return log_odds
        steadied = log_odds.copy()
        said = self.regression.decision_function(_logarithms(score[known]))
        steadied[known] += self.share * (said - log_odds[known])
        return steadied


def _logarithms(score: Floats) -> Floats:
    logarithm = np.log(np.maximum(score.astype(np.float64), LEAST_SCORE))
    return np.column_stack([logarithm, logarithm**2])
