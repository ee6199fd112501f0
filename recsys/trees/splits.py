"""The splits of trees: feature, threshold and categories of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.trees.feature_blocks import Floats
from recsys.trees.kernel import CATEGORIES
from recsys.trees.words import Word

if TYPE_CHECKING:  # what predicts needs nothing of scikit-learn
    from sklearn.ensemble import HistGradientBoostingClassifier


class Splits(NamedTuple):
    """Splits of all words, one word after the other, each array (splits,)."""

    feature: NDArray[np.intp]
    edge: Floats
    """The greatest value that goes left."""
    missing_goes_left: NDArray[np.bool_]
    category_set: NDArray[np.intp]
    """Which set of categories goes left; -1 where the feature is a number."""
    if_left: NDArray[np.uint32]
    """The word's leaves that a pair that goes left can still come to."""
    if_right: NDArray[np.uint32]

    def first(self, splits: int) -> Splits:
        """Return the first so many splits."""
        return Splits(
            self.feature[:splits].copy(),
            self.edge[:splits].copy(),
            self.missing_goes_left[:splits].copy(),
            self.category_set[:splits].copy(),
            self.if_left[:splits].copy(),
            self.if_right[:splits].copy(),
        )


class ReadBy(NamedTuple):
    """How a classifier's own features are made of others."""

    feature: NDArray[np.intp]
    """(own features,) the feature that each is made of."""
    edges: Sequence[Floats]
    """Of each, the edges of the quantile bins whose number it is; of categories none."""
    categories: Sequence[Floats]
    """Of each of the first ones, the categories that its numbers from 0 on stand for."""

    @classmethod
    def of(
        cls,
        fitted: HistGradientBoostingClassifier,
        read: NDArray[np.intp],
        edges: Sequence[Floats],
    ) -> ReadBy:
        """Say it of a classifier whose i-th feature is the number of the bin of `read[i]`.

        scikit-learn puts categories first and numbers them by the categories that it has seen.
        """
        if fitted.is_categorical_ is None:
            return cls(read, edges, [])
        order = np.argsort(~fitted.is_categorical_, kind="stable")
        encoder = fitted._preprocessor.named_transformers_["encoder"]  # there is no public way
        return cls(read[order], [edges[place] for place in order], encoder.categories_)

    def splits_of(
        self, words: Sequence[Word], bitsets: Sequence[NDArray[Any]]
    ) -> tuple[Splits, NDArray[np.bool_]]:
        """Return the splits of all words, and their sets of categories.

        `bitsets` has those of each word's tree.
        """
        nodes = np.concatenate([word.nodes for word in words])
        own = nodes["feature_idx"]
        edges = [np.inf if node["is_categorical"] else self._edge(node) for node in nodes]
        sets = [
            self._category_set(node, of_tree[node["bitset_idx"]])
            for word, of_tree in zip(words, bitsets, strict=True)
            for node in word.nodes[word.nodes["is_categorical"] == 1]
        ]
        is_categorical = nodes["is_categorical"] == 1
        splits = Splits(
            self.feature[own],
            np.array(edges, np.result_type(*self.edges)),
            nodes["missing_go_to_left"].astype(bool),
            np.where(is_categorical, np.cumsum(is_categorical) - 1, -1),
            np.concatenate([word.if_left for word in words]),
            np.concatenate([word.if_right for word in words]),
        )
        return splits, np.array(sets, bool).reshape(-1, CATEGORIES + 1)

    def _edge(self, node: Any) -> float:
        """Return the greatest value of the bins that go left; infinite if those are all.

        The threshold is between two bins, or infinite where only what is missing goes right.
        """
        edges, most = self.edges[node["feature_idx"]], node["num_threshold"]
        return float(edges[int(most)]) if most < len(edges) else np.inf

    def _category_set(self, node: Any, bits: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Return which categories go left; those that scikit-learn hasn't seen as missing ones."""
        goes_left = np.full(CATEGORIES + 1, bool(node["missing_go_to_left"]))
        for number, category in enumerate(self.categories[node["feature_idx"]]):
            if not (np.isnan(category) or 0 <= category < CATEGORIES):
                raise ValueError(
                    f"category {category:g} can't be compiled; number categories from 0 to "
                    f"{CATEGORIES - 1}"
                )
            if not np.isnan(category):
                goes_left[int(category)] = bits[number // 32] >> np.uint32(number % 32) & 1
        return goes_left
