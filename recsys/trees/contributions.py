"""How much each feature moves what boosted trees say of a pair: exact Shapley values.

A leaf adds its value to a pair that meets every condition on the way to it. Where a feature isn't
known, the share of the pairs that met its conditions when the tree was grown stands for it: the
value of a set of known features is what the tree says on average then (path-dependent TreeSHAP:
Lundberg, Erion and Lee 2018). A leaf with d features on its way is a product of d factors, and the
mean over all orders of the features is the integral from 0 to 1 of a polynomial of degree d - 1,
which Gauss and Legendre's quadrature with d / 2 points finds exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from recsys.compute.compiled import compiled
from recsys.trees.compiled_trees import CompiledTrees
from recsys.trees.feature_blocks import Floats, feature_blocks
from recsys.trees.kernel import CATEGORIES, LEAVES_PER_WORD, slot_of

_SLOT_OF_LEAF = np.array([slot_of(leaf) for leaf in range(LEAVES_PER_WORD)])


@dataclass(frozen=True)
class Contributions:
    """Log odds as a sum: those of an average pair, and what each feature adds to them."""

    base: NDArray[np.float64]
    """(pairs,)"""
    of_features: NDArray[np.float64]
    """(pairs, features)"""

    def plus(self, other: Contributions, share: float = 1.0) -> Contributions:
        """Return the sum of these and of a share of the others'."""
        return Contributions(
            self.base + share * other.base, self.of_features + share * other.of_features
        )

    def times(self, slope: Floats) -> Contributions:
        """Return these times a number, or times (pairs,) numbers."""
        slopes = np.broadcast_to(slope, self.base.shape)
        return Contributions(slopes * self.base, slopes[:, None] * self.of_features)


def contributions(trees: CompiledTrees, features: Floats) -> Contributions:
    """Return what makes up `trees.log_odds` of (pairs, features)."""
    of_features = np.zeros(features.shape)
    base = np.full(len(features), trees.baseline)
    points, weights = _rules(len(np.unique(trees.splits.feature)))
    for pairs, block in feature_blocks(features):
        columns = np.zeros((features.shape[1], len(block)))
        base[pairs] += _add_words(
            block.T,
            trees.first_splits,
            *trees.splits,
            trees.left_share,
            trees.category_sets,
            trees.leaves,
            trees.values,
            _SLOT_OF_LEAF,
            points,
            weights,
            columns,
        )
        of_features[pairs] = columns.T
    return Contributions(base, of_features)


@cache
def _rules(features: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points and weights of the quadratures for ways with up to so many features."""
    most = max(1, (features + 1) // 2)
    points, weights = np.zeros((2, most, most))
    for row in range(most):
        places, weight = np.polynomial.legendre.leggauss(row + 1)
        points[row, : row + 1], weights[row, : row + 1] = (places + 1) / 2, weight / 2
    return points, weights


@compiled
def _add_words(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    columns,
    starts,
    feature,
    edge,
    missing_goes_left,
    category_set,
    if_left,
    if_right,
    left_share,
    category_sets,
    leaves,
    values,
    slot_of_leaf,
    points,
    weights,
    totals,
):
    """Add to (features, pairs) `totals` what each feature moves; return the mean of all words.

    Words and splits are those of `recsys.trees.kernel.add_words`.
    """
    pairs = columns.shape[1]
    most = 0
    for word in range(len(leaves)):
        most = max(most, starts[word + 1] - starts[word])
    goes_left, is_met = np.zeros((most, pairs)), np.zeros((most, pairs))
    on_way, share, product = np.zeros(most, np.intp), np.zeros(most), np.zeros(pairs)
    mean = 0.0
    for word in range(len(leaves)):
        first, last = starts[word], starts[word + 1]
        for split in range(first, last):
            at_most, of_split = edge[split], goes_left[split - first]
            if category_set[split] >= 0:
                _find_categories(
                    columns[feature[split]], category_sets[category_set[split]], of_split
                )
            else:
                _find_numbers(columns[feature[split]], at_most, missing_goes_left[split], of_split)
        for leaf in range(LEAVES_PER_WORD):
            bit = np.uint32(1) << np.uint32(leaf)
            if leaves[word] & bit:
                found = 0
                for split in range(first, last):
                    # a leaf is on the side of a split whose other side strikes it out
                    is_left, is_right = not if_right[split] & bit, not if_left[split] & bit
                    if is_left or is_right:
                        at = _place_of(feature[split], on_way, found)
                        if at == found:
                            on_way[at], share[at], is_met[at, :] = feature[split], 1.0, 1.0
                            found += 1
                        of_side = left_share[split] if is_left else 1 - left_share[split]
                        share[at] *= of_side
                        _require(goes_left[split - first], is_left, is_met[at])
                value = values[word, slot_of_leaf[leaf]]
                mean += value * np.prod(share[:found])
                if found:
                    rule = (found + 1) // 2 - 1
                    way = on_way[:found], share[:found], is_met[:found]
                    _add_leaf(value, way, points[rule], weights[rule], rule + 1, product, totals)
    return mean


@compiled
def _find_numbers(numbers, edge, missing_goes_left, goes_left):  # type: ignore[no-untyped-def]
    for pair in range(len(numbers)):  # NaN is neither greater nor less than anything
        is_left = not numbers[pair] > edge if missing_goes_left else numbers[pair] <= edge
        goes_left[pair] = is_left


@compiled
def _find_categories(numbers, category_set, goes_left):  # type: ignore[no-untyped-def]
    for pair in range(len(numbers)):
        number = numbers[pair]
        goes_left[pair] = category_set[int(number) if 0 <= number < CATEGORIES else CATEGORIES]


@compiled
def _place_of(feature, on_way, found):  # type: ignore[no-untyped-def]
    at = 0
    while at < found and on_way[at] != feature:
        at += 1
    return at


@compiled
def _require(goes_left, is_left, is_met):  # type: ignore[no-untyped-def]
    for pair in range(len(is_met)):
        is_met[pair] *= goes_left[pair] if is_left else 1 - goes_left[pair]


@compiled
def _add_leaf(value, way, points, weights, count, product, totals):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Add what a leaf's value comes to for the features on its way.

    The factor of a feature is t where its conditions are met, else 0, and (1 - t) times the share
    that met them; its part of the value is the integral of the others' product.
    """
    on_way, share, is_met = way
    for point in range(count):
        t = points[point]
        product[:] = value * weights[point]
        for at in range(len(on_way)):
            met, unknown = is_met[at], (1 - t) * share[at]
            for pair in range(len(product)):
                product[pair] *= unknown + t * met[pair]
        for at in range(len(on_way)):
            met, total, unknown = is_met[at], totals[on_way[at]], (1 - t) * share[at]
            if_unmet = -share[at] / unknown
            more_if_met = (1 - share[at]) / (unknown + t) - if_unmet
            for pair in range(len(product)):
                total[pair] += product[pair] * (if_unmet + more_if_met * met[pair])
