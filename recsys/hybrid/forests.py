"""Forests of boosted trees: what each of them says, and how many trees of them to use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

from recsys.hybrid.examples import Examples, Floats
from recsys.trees.compiled_trees import CompiledTrees

TREES_PER_STEP = 10
"""The number of trees is chosen in steps of so many."""

LOSS_ALLOWANCE = 0.01
"""The most trees whose log loss is within this share of the least are taken: rankings gain from
trees a little longer than log loss does, and calibration mends that."""


class Forest(NamedTuple):
    """Boosted trees, and what they read."""

    read: NDArray[np.intp]
    """The features that it reads."""
    trees: CompiledTrees

    def importances(self, unseen: Examples, seed: int) -> NDArray[np.float64]:
        """Return how much log loss grows when a feature's values are shuffled (Breiman 2001).

        0 for the features that it doesn't read.
        """
        order = np.random.default_rng(seed).permutation(len(unseen))
        known = self._loss(unseen, unseen.features)
        found = np.zeros(unseen.features.shape[1])
        for feature in self.read:
            shuffled = unseen.features.copy()
            shuffled[:, feature] = shuffled[order, feature]
            found[feature] = self._loss(unseen, shuffled) - known
        return found

    def _loss(self, examples: Examples, features: Floats) -> float:
        probability = expit(self.trees.log_odds(features))
        return float(log_loss(examples.is_bought, probability, sample_weight=examples.weight))


def gains(forest: HistGradientBoostingClassifier, features: int) -> NDArray[np.float64]:
    """Return how much the splits by each feature lower the loss, in sum (Friedman 2001)."""
    gains = np.zeros(features)
    for [tree] in forest._predictors:  # there is no public way to a split's gain
        splits = tree.nodes[tree.nodes["is_leaf"] == 0]
        np.add.at(gains, splits["feature_idx"], splits["gain"])
    return gains


def mean_log_odds(forests: Sequence[Forest], features: Floats) -> NDArray[np.float64]:
    """Return the (pairs,) mean log odds of the forests, with all trees that they have."""
    found: NDArray[np.float64] = np.mean([one.trees.log_odds(features) for one in forests], axis=0)
    return found


def best_size(
    halves: Sequence[Sequence[Forest]], unseen: Sequence[Examples]
) -> tuple[int, list[NDArray[np.float64]]]:
    """Return the number of trees with hardly more log loss than the least, and their log odds."""
    most = len(halves[0][0].trees)
    sizes = sorted({most, *range(TREES_PER_STEP, most + 1, TREES_PER_STEP)})
    log_odds = [
        np.mean([one.trees.staged(part.features, sizes) for one in forests], axis=0)
        for forests, part in zip(halves, unseen, strict=True)
    ]
    weight = np.concatenate([part.weight for part in unseen])
    is_bought = np.concatenate([part.is_bought for part in unseen])
    losses = [
        log_loss(is_bought, expit(np.concatenate(of_size)), sample_weight=weight)
        for of_size in zip(*log_odds, strict=True)
    ]
    allowed = min(losses) * (1 + LOSS_ALLOWANCE)
    chosen = max(place for place, loss in enumerate(losses) if loss <= allowed)
    return sizes[chosen], [of_half[chosen] for of_half in log_odds]
