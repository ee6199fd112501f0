"""The inner loop of the trees, compiled: each split of a tree for many pairs at once.

A walk from the root to a leaf waits at every step for what the last one found. Here every split of
a tree strikes out the leaves on its other side, in any order, until one is left (QuickScorer:
Lucchese et al. 2015). A split is the same for all pairs, so the processor does many per step.
"""

from __future__ import annotations

import numpy as np

from recsys.compute.compiled import compiled

LEAVES_PER_WORD = 32
SLOTS = 64
CATEGORIES = 256
"""Categories are numbers from 0 on, below this one."""

_DE_BRUIJN = 0x077CB531
"""Times a power of two, its first six bits are another number each, and 0 for 0 (Leiserson, Prokop
and Randall 1998)."""
_FACTOR, _SHIFT = np.uint32(_DE_BRUIJN), np.uint32(26)


def slot_of(leaf: int) -> int:
    """Return where the value of a word's leaf stands among its `SLOTS` values.

    >>> len({slot_of(leaf) for leaf in range(LEAVES_PER_WORD)} - {0})
    32
    """
    return ((_DE_BRUIJN << leaf) & 0xFFFFFFFF) >> 26


@compiled
def add_words(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    columns,
    starts,
    feature,
    edge,
    missing_goes_left,
    category_set,
    if_left,
    if_right,
    category_sets,
    leaves,
    values,
    totals,
):
    """Add to (pairs,) `totals`, in the order of the words, what each says of each pair.

    A word stands for up to 32 leaves of a tree, a bit for each; `leaves` has the bits it uses. The
    splits of word w are those in `starts[w]:starts[w + 1]`: a pair goes left if the feature, a row
    of (features, pairs) `columns`, is at most `edge`, and keeps the leaves of `if_left`, else those
    of `if_right`. Where the last leaf belongs to another word, slot 0 adds nothing.

    Where a split's `category_set` isn't -1, the feature is the number of a category, and what goes
    left is what that row of (sets, `CATEGORIES` + 1) `category_sets` says, its last cell of all
    that isn't such a number.
    """
    pairs = len(totals)
    possible = np.empty(pairs, np.uint32)
    for word in range(len(leaves)):
        possible[:] = leaves[word]
        for split in range(starts[word], starts[word + 1]):
            known, most = columns[feature[split]], edge[split]
            left, right = if_left[split], if_right[split]
            if category_set[split] >= 0:
                goes_left = category_sets[category_set[split]]
                for pair in range(pairs):
                    number = known[pair]
                    place = int(number) if 0 <= number < CATEGORIES else CATEGORIES
                    possible[pair] &= left if goes_left[place] else right
            elif missing_goes_left[split]:  # NaN is neither greater nor less than anything
                for pair in range(pairs):
                    possible[pair] &= right if known[pair] > most else left
            else:
                for pair in range(pairs):
                    possible[pair] &= left if known[pair] <= most else right
        value = values[word]
        for pair in range(pairs):
            totals[pair] += value[np.uint32(possible[pair] * _FACTOR) >> _SHIFT]
