"""Small neural networks that say how likely a purchase is, beside the trees that do."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

Floats = NDArray[np.floating[Any]]

HIDDEN_UNITS = (32, 16)
EPOCHS = 8
PAIRS_PER_STEP = 256
WEIGHT_DECAY = 0.003
"""Chosen on the fold of 2017-11-06 of the default shop, the one before the judged one."""

OFTEN_MISSING = 0.01
"""Whether a feature is known is a feature of its own where so large a share of it isn't."""

LEAST = 1e-6
"""Probabilities are kept this far from 0 and 1, where log odds would be infinite."""

DECIMALS = 9
"""Log odds are rounded to so many: the last digits depend on how many pairs are asked about."""

PAIRS_PER_BLOCK = 16_384
"""So many pairs are handed over at a time: memory doesn't grow with their number."""


@dataclass(frozen=True)
class NetInputs:
    """Which columns of bin numbers networks read, and how."""

    columns: NDArray[np.intp]
    last_bins: NDArray[np.float64]
    """Per column, the number of the highest bin, above 0."""
    often_missing: NDArray[np.bool_]
    """Per column."""

    @classmethod
    def of(cls, binned: Floats, last_bins: Sequence[int]) -> Self:
        """Return the inputs for (pairs, features) numbers of bins, NaN where there is none."""
        columns = np.flatnonzero(np.asarray(last_bins) > 0)  # one bin tells nothing
        missing = np.isnan(binned[:, columns]).mean(axis=0)
        return cls(columns, np.asarray(last_bins, float)[columns], missing >= OFTEN_MISSING)

    def matrix(self, binned: Floats) -> NDArray[np.float64]:
        """Return (pairs, inputs): bins from -1 to 1, 0 where missing; then what is missing.

        >>> inputs = NetInputs.of(np.array([[0.0], [2.0], [np.nan]]), [2])
        >>> inputs.matrix(np.array([[1.0], [2.0], [np.nan]])).tolist()
        [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
        """
        scaled = binned[:, self.columns] / self.last_bins * 2 - 1
        is_missing = np.isnan(scaled)
        scaled[is_missing] = 0
        return np.hstack([scaled, is_missing[:, self.often_missing]])


@dataclass(frozen=True)
class PurchaseNet:
    """A multilayer perceptron fitted by Adam (Kingma and Ba 2015) to weighted log loss."""

    inputs: NetInputs
    net: MLPClassifier

    @classmethod
    def fitted(
        cls,
        inputs: NetInputs,
        binned: Floats,
        is_bought: NDArray[np.bool_],
        weight: Floats,
        seed: int,
    ) -> Self:
        """Learn from (pairs, features) numbers of bins and (pairs,) outcomes and weights."""
        net = MLPClassifier(
            HIDDEN_UNITS,
            alpha=WEIGHT_DECAY,
            batch_size=min(PAIRS_PER_STEP, len(is_bought)),
            max_iter=EPOCHS,
            random_state=seed,
        )
        # one thread, so that sums are the same everywhere
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are a limit on purpose
            net.fit(inputs.matrix(binned), is_bought, sample_weight=weight / weight.mean())
        return cls(inputs, net)

    def log_odds(self, binned: Floats) -> NDArray[np.float64]:
        """Return the (pairs,) log odds of buying."""
        found = np.empty(len(binned))
        with threadpool_limits(1):
            for start in range(0, len(binned), PAIRS_PER_BLOCK):
                block = slice(start, start + PAIRS_PER_BLOCK)
                said = self.net.predict_proba(self.inputs.matrix(binned[block]))[:, 1]
                found[block] = logit(np.clip(said, LEAST, 1 - LEAST))
        return np.round(found, DECIMALS)
