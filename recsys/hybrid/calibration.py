"""Calibration: log odds become probabilities whose sum is the number of purchases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from recsys.compute.native_threads import one_blas_thread
from recsys.hybrid.examples import Floats

LEAST = 1e-6
"""Probabilities are kept this far from 0 and 1, where a logarithm would be infinite."""

LEAST_BOUGHT = 100
"""Fewer purchases of a kind say too little of it: it is calibrated with all others."""


class Line(NamedTuple):
    """Calibrated log odds as a function of others."""

    slope: float
    intercept: float


@dataclass(frozen=True)
class Calibration:
    """Logistic regressions on the log odds (Platt 1999), new and bought products apart.

    One for both would be right where most is bought, among what was bought before, and could leave
    new products with twice or half as many expected purchases as there are. Within a kind the
    ranking stays as it is.
    """

    lines: tuple[Line, Line]
    """Of products bought before and of new ones."""

    @classmethod
    def of(
        cls,
        log_odds: Floats,
        is_new: NDArray[np.bool_],
        is_bought: NDArray[np.bool_],
        weight: Floats,
    ) -> Self:
        """Learn from (pairs,) log odds said by models that haven't seen these pairs."""
        every = np.ones(len(log_odds), bool)
        of_all = _fitted(log_odds, is_bought, weight, every)
        found = []
        for kind in (~is_new, is_new):
            bought = int(is_bought[kind].sum())
            enough = LEAST_BOUGHT <= bought <= kind.sum() - LEAST_BOUGHT
            own = _fitted(log_odds, is_bought, weight, kind) if enough else of_all
            found.append(own if own.slope > 0 else of_all)
        return cls((found[0], found[1]))

    @property
    def ranks_by_chance(self) -> bool:
        """Whether more log odds don't mean more purchases."""
        return any(line.slope <= 0 for line in self.lines)

    def line_of(self, is_new: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the (pairs,) slopes and intercepts."""
        of_bought, of_new = self.lines
        slope = np.where(is_new, of_new.slope, of_bought.slope)
        return slope, np.where(is_new, of_new.intercept, of_bought.intercept)

    def probabilities(self, log_odds: Floats, is_new: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return (pairs,) probabilities."""
        slope, intercept = self.line_of(is_new)
        found: NDArray[np.float64] = expit(slope * log_odds + intercept)
        return np.clip(found, LEAST, 1 - LEAST)


def _fitted(
    log_odds: Floats, is_bought: NDArray[np.bool_], weight: Floats, pairs: NDArray[np.bool_]
) -> Line:
    with one_blas_thread():
        regression = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(
            log_odds[pairs, None], is_bought[pairs], weight[pairs]
        )
    return Line(float(regression.coef_[0, 0]), float(regression.intercept_[0]))
