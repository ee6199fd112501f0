"""Forests of boosted trees: what each of them says, and how many trees of them to use."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

from recsys.hybrid.examples import Examples, Floats

TREES_PER_STEP = 10
"""The number of trees is chosen in steps of so many."""

PAIRS_PER_BLOCK = 2_048
"""So many pairs are handed to all trees before the next ones: they stay in the cache."""

LOSS_ALLOWANCE = 0.01
"""The most trees whose log loss is within this share of the least are taken: rankings gain from
trees a little longer than log loss does, and calibration mends that."""


class Forest(NamedTuple):
    """Boosted trees, and what they read."""

    read: NDArray[np.intp]
    """The features that it reads, of those used."""
    trees: HistGradientBoostingClassifier

    def staged(self, features: Floats, sizes: Sequence[int]) -> NDArray[np.float64]:
        """Return (sizes, pairs): the log odds that the first so many trees say."""
        log_odds = np.empty((len(sizes), len(features)))
        places = {size: place for place, size in enumerate(sizes)}
        for start in range(0, len(features), PAIRS_PER_BLOCK):
            block = slice(start, start + PAIRS_PER_BLOCK)
            staged = self.trees.staged_decision_function(features[block, self.read])
            for trees, said in enumerate(islice(staged, max(sizes)), start=1):
                if trees in places:
                    log_odds[places[trees], block] = np.ravel(said)
        return log_odds


def gains(forest: HistGradientBoostingClassifier, features: int) -> NDArray[np.float64]:
    """Return how much the splits by each feature lower the loss, in sum (Friedman 2001)."""
    gains = np.zeros(features)
    for [tree] in forest._predictors:  # there is no public way to a split's gain
        splits = tree.nodes[tree.nodes["is_leaf"] == 0]
        np.add.at(gains, splits["feature_idx"], splits["gain"])
    return gains


def staged(
    forests: Sequence[Forest], features: Floats, sizes: Sequence[int]
) -> NDArray[np.float64]:
    """Return (sizes, pairs): the mean log odds of the forests' first so many trees."""
    found: NDArray[np.float64] = np.mean([one.staged(features, sizes) for one in forests], axis=0)
    return found


def best_size(
    halves: Sequence[Sequence[Forest]], unseen: Sequence[Examples]
) -> tuple[int, list[NDArray[np.float64]]]:
    """Return the number of trees with hardly more log loss than the least, and their log odds."""
    most = halves[0][0].trees.n_iter_
    sizes = sorted({most, *range(TREES_PER_STEP, most + 1, TREES_PER_STEP)})
    pairs = zip(halves, unseen, strict=True)
    log_odds = [staged(forests, part.features, sizes) for forests, part in pairs]
    weight = np.concatenate([part.weight for part in unseen])
    is_bought = np.concatenate([part.is_bought for part in unseen])
    losses = [
        log_loss(is_bought, expit(np.concatenate(of_size)), sample_weight=weight)
        for of_size in zip(*log_odds, strict=True)
    ]
    allowed = min(losses) * (1 + LOSS_ALLOWANCE)
    chosen = max(place for place, loss in enumerate(losses) if loss <= allowed)
    return sizes[chosen], [of_half[chosen] for of_half in log_odds]
