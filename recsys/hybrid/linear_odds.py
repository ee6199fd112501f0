"""What logistic regressions say of buying: simpler than forests, and as true in another season."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from recsys.compute.native_threads import one_blas_thread
from recsys.hybrid.bounded_regression import MOST_DEVIATIONS, TERMS, BoundedRegression
from recsys.hybrid.examples import Examples, Floats
from recsys.trees.contributions import Contributions
from recsys.trees.feature_blocks import feature_blocks

LEAST_VALUE, MOST_VALUE = 1e-3, 1e30
"""Values beyond count as these: a logarithm of nothing would be infinite."""

MOST_PAIRS = 250_000
"""More pairs hardly change what so few coefficients come to."""


class Columns(NamedTuple):
    """Which features aren't ordinary numbers."""

    is_new: int | None = None
    """Position of the feature that is 1 for products never bought, else 0; None: all are alike."""
    nominal: Sequence[int] = ()
    """Positions of numbers that are names."""

    def of_new_products(self, features: Floats) -> NDArray[np.bool_]:
        """Return (pairs,) whether the product is new to the customer."""
        if self.is_new is None:
            return np.zeros(len(features), np.bool_)
        is_new: NDArray[np.bool_] = features[:, self.is_new] > 0
        return is_new


@dataclass(frozen=True)
class LinearOdds:
    """Logistic regressions, one of products never bought and one of those bought before.

    Each reads all features that aren't names: their logarithm (of a thousandth, where they are
    less), its square and whether they are known, standardised and bounded (Hastie, Tibshirani and
    Friedman, *The elements of statistical learning*, 2009, section 4.4).
    """

    columns: Columns
    used: NDArray[np.intp]
    """Positions of the features that are read."""
    regressions: tuple[BoundedRegression | None, BoundedRegression | None]
    """Of products bought before and of new ones; None where these pairs can't be told apart."""

    @classmethod
    def of(
        cls,
        examples: Examples,
        used: NDArray[np.intp],
        columns: Columns,
        regularization: float,
    ) -> Self:
        """Learn from these pairs what the features `used` say of buying."""
        numbers = np.setdiff1d(used, np.asarray(columns.nominal, np.intp))
        is_new = columns.of_new_products(examples.features)
        found = [
            _fitted(examples.of(is_new == kind), numbers, regularization) for kind in (False, True)
        ]
        return cls(columns, numbers, (found[0], found[1]))

    def averaged(self, log_odds: Floats, features: Floats, share: float) -> Floats:
        """Return (pairs,) log odds in which the regressions have so much of a share."""
        averaged = log_odds.copy()
        for pairs, block in feature_blocks(features):
            is_new = self.columns.of_new_products(block)
            logarithms = _logarithms(block[:, self.used])
            for kind, regression in zip((False, True), self.regressions, strict=True):
                if regression is not None:
                    said = regression.log_odds(logarithms)
                    own = share * (said - log_odds[pairs])
                    averaged[pairs] += np.where(is_new == kind, own, 0)
        return averaged

    def contributions(
        self, of_forests: Contributions, features: Floats, share: float
    ) -> Contributions:
        """Return what makes up `averaged` of the log odds that `of_forests` makes up."""
        is_new = self.columns.of_new_products(features)
        logarithms = _logarithms(features[:, self.used])
        found = of_forests
        for kind, regression in zip((False, True), self.regressions, strict=True):
            if regression is not None:
                of_features = np.zeros(features.shape)
                of_features[:, self.used] = regression.of_features(logarithms)
                base = np.full(len(features), regression.intercept)
                own = Contributions(base, of_features)
                mixed = found.times(np.where(is_new == kind, 1 - share, 1.0))
                found = mixed.plus(own.times(np.where(is_new == kind, share, 0.0)))
        return found


def _fitted(
    examples: Examples, used: NDArray[np.intp], regularization: float
) -> BoundedRegression | None:
    sample = examples.every(max(1, -(-len(examples) // MOST_PAIRS)))
    if not sample.is_bought.any() or sample.is_bought.all() or not len(used):
        return None
    pipeline: Any = make_pipeline(
        FunctionTransformer(_terms),
        StandardScaler(copy=False),
        FunctionTransformer(_bounded),
        # many pairs and few coefficients: Newton's method is there after a few steps
        LogisticRegression(C=1 / regularization, solver="newton-cholesky"),
    )
    features = sample.features[:, used]
    with one_blas_thread():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", LinAlgWarning)
                return _fit(pipeline, features, sample)
        except LinAlgWarning:  # some features say nearly the same: more digits tell them apart
            return _fit(pipeline, features.astype(np.float64), sample)


def _fit(pipeline: Pipeline, features: Floats, sample: Examples) -> BoundedRegression:
    pipeline.fit(features, sample.is_bought, logisticregression__sample_weight=sample.weight)
    scaler, regression = pipeline["standardscaler"], pipeline["logisticregression"]
    return BoundedRegression(
        float(regression.intercept_[0]),
        *(
            column.astype(np.float64).reshape(TERMS, -1)
            for column in (scaler.mean_, scaler.scale_, regression.coef_[0])
        ),
    )


def _bounded(terms: Floats) -> Floats:
    return np.clip(terms, -MOST_DEVIATIONS, MOST_DEVIATIONS)


def _terms(features: Floats) -> Floats:
    """Return (pairs, terms): logarithms, their squares, and 1 where there is a value."""
    known = ~np.isnan(features)
    logarithms = np.where(known, _logarithms(features), 0)
    return np.hstack([logarithms, logarithms**2, known], dtype=features.dtype)


def _logarithms(features: Floats) -> Floats:
    return np.log(np.clip(features, LEAST_VALUE, MOST_VALUE))
