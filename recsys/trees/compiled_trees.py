"""Boosted trees as arrays: the predictions of scikit-learn's, many times faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from recsys.trees.feature_blocks import Floats, feature_blocks
from recsys.trees.kernel import SLOTS, add_words, slot_of
from recsys.trees.splits import ReadBy, Splits
from recsys.trees.words import words_of

if TYPE_CHECKING:  # what predicts needs nothing of scikit-learn
    from sklearn.ensemble import HistGradientBoostingClassifier


@dataclass(frozen=True)
class CompiledTrees:
    """The trees of a classifier of two classes that was fitted on numbers of quantile bins.

    They read the features themselves: a value's bin is beyond another if the value is beyond the
    other's edge. What they say is what scikit-learn's say, to the last digit.
    """

    baseline: float
    """The log odds before the first tree."""
    first_words: NDArray[np.intp]
    """(trees + 1,) where each tree's words begin; a word has up to 32 of its leaves."""
    first_splits: NDArray[np.intp]
    """(words + 1,) where each word's splits begin."""
    splits: Splits
    left_share: NDArray[np.float64]
    """(splits,) share of the pairs that came to a split, of those it was grown on, that went
    left."""
    category_sets: NDArray[np.bool_]
    """(sets, `CATEGORIES` + 1) which categories go left."""
    leaves: NDArray[np.uint32]
    """(words,) the bits of the leaves that a word has."""
    values: NDArray[np.float64]
    """(words, `SLOTS`) what each leaf adds to the log odds, at its `slot_of`."""

    @classmethod
    def of(
        cls,
        fitted: HistGradientBoostingClassifier,
        read: NDArray[np.intp],
        edges: Sequence[Floats],
    ) -> Self:
        """Convert trees whose i-th feature is the number of the bin by `edges[i]` of `read[i]`.

        Categories are read as they are: whole numbers from 0 to 255.
        """
        trees = [tree for [tree] in fitted._predictors]  # there is no public way
        of_trees = [words_of(tree.nodes) for tree in trees]
        words = [word for of_tree in of_trees for word in of_tree]
        bitsets = [
            tree.raw_left_cat_bitsets
            for tree, of_tree in zip(trees, of_trees, strict=True)
            for _ in of_tree
        ]
        splits, category_sets = ReadBy.of(fitted, read, edges).splits_of(words, bitsets)
        return cls(
            float(fitted._baseline_prediction[0, 0]),
            _starts([len(of_tree) for of_tree in of_trees]),
            _starts([len(word.nodes) for word in words]),
            splits,
            np.concatenate([word.left_share for word in words]),
            category_sets,
            np.array([(1 << len(word.values)) - 1 for word in words], np.uint32),
            np.array([_in_slots(word.values) for word in words]),
        )

    def __len__(self) -> int:
        """Return the number of trees."""
        return len(self.first_words) - 1

    def first(self, trees: int) -> Self:
        """Return the first so many trees."""
        words = self.first_words[trees]
        return type(self)(
            self.baseline,
            self.first_words[: trees + 1].copy(),
            self.first_splits[: words + 1].copy(),
            self.splits.first(self.first_splits[words]),
            self.left_share[: self.first_splits[words]].copy(),
            self.category_sets,
            self.leaves[:words].copy(),
            self.values[:words].copy(),
        )

    def log_odds(self, features: Floats) -> NDArray[np.float64]:
        """Return the (pairs,) log odds that all trees say of (pairs, features)."""
        found: NDArray[np.float64] = self.staged(features, [len(self)])[0]
        return found

    def staged(self, features: Floats, sizes: Sequence[int]) -> NDArray[np.float64]:
        """Return (sizes, pairs): the log odds of the first so many trees; sizes ascend."""
        found = np.empty((len(sizes), len(features)))
        for pairs, block in feature_blocks(features):
            log_odds = np.full(len(block), self.baseline)
            done = 0
            for place, trees in enumerate(sizes):
                self._add(done, trees, block, log_odds)
                found[place, pairs] = log_odds
                done = trees
        return found

    def _add(self, done: int, trees: int, block: Floats, log_odds: NDArray[np.float64]) -> None:
        first, last = self.first_words[done], self.first_words[trees]
        starts = self.first_splits[first : last + 1]
        leaves, values = self.leaves[first:last], self.values[first:last]
        add_words(block.T, starts, *self.splits, self.category_sets, leaves, values, log_odds)


def _in_slots(values: NDArray[np.float64]) -> NDArray[np.float64]:
    slots = np.zeros(SLOTS)
    for leaf, value in enumerate(values):
        slots[slot_of(leaf)] = value
    return slots


def _starts(lengths: Sequence[int]) -> NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
