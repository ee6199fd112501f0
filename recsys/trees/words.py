"""A tree of scikit-learn's as words of 32 leaves, and which of these each split leaves possible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.trees.kernel import LEAVES_PER_WORD


class Word(NamedTuple):
    """Consecutive leaves of a tree, a bit for each from the lowest on, and what decides on them."""

    values: NDArray[np.float64]
    """Of the leaves."""
    nodes: NDArray[Any]
    """(splits,) those of scikit-learn's nodes that part some of these leaves from others."""
    if_left: NDArray[np.uint32]
    """(splits,) the leaves that are still possible for a pair that goes left there."""
    if_right: NDArray[np.uint32]
    left_share: NDArray[np.float64]
    """(splits,) share of the pairs that came to the split, of those it was grown on, that went
    left."""


def words_of(nodes: NDArray[Any]) -> list[Word]:
    """Return the words of a tree, its leaves from left to right."""
    is_leaf = nodes["is_leaf"] == 1
    order = np.array(list(_from_the_root(nodes)))
    leaves, splits = order[is_leaf[order]], order[~is_leaf[order]]
    left, right = nodes["left"], nodes["right"]
    count = np.ones(len(nodes), np.int64)
    """Leaves under each node."""
    for node in reversed(splits):
        count[node] = count[left[node]] + count[right[node]]
    first = np.zeros(len(nodes), np.int64)
    """Of the leaves under each node."""
    for node in splits:
        first[left[node]] = first[node]
        first[right[node]] = first[node] + count[left[node]]
    left, right = left[splits], right[splits]
    found = []
    for start in range(0, len(leaves), LEAVES_PER_WORD):
        values = nodes["value"][leaves[start : start + LEAVES_PER_WORD]]
        of_left = _bits(first[left] - start, count[left], len(values))
        of_right = _bits(first[right] - start, count[right], len(values))
        decides = (of_left | of_right) != 0
        deciding = splits[decides]
        left_share = nodes["count"][nodes["left"][deciding]] / nodes["count"][deciding]
        found.append(
            Word(values, nodes[deciding], ~of_right[decides], ~of_left[decides], left_share)
        )
    return found


def _from_the_root(nodes: NDArray[Any]) -> Iterator[int]:
    """Yield every node after the one above it, left before right."""
    waiting = [0]
    while waiting:
        node = waiting.pop()
        yield node
        if not nodes["is_leaf"][node]:
            waiting += [int(nodes["right"][node]), int(nodes["left"][node])]


def _bits(first: NDArray[np.int64], count: NDArray[np.int64], leaves: int) -> NDArray[np.uint32]:
    """Return the bits of ranges of leaves, as far as a word with leaves from 0 on has them."""
    start, stop = np.clip(first, 0, leaves), np.clip(first + count, 0, leaves)
    bits: NDArray[np.uint32] = ((np.int64(1) << stop) - (np.int64(1) << start)).astype(np.uint32)
    return bits
