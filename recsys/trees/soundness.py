"""Whether trees that were read are trees: the compiled loops look at what arrays say, unchecked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.errors import InvalidTableError
from recsys.trees.compiled_trees import CompiledTrees
from recsys.trees.kernel import CATEGORIES, SLOTS


def require_sound(trees: CompiledTrees, features: int) -> None:
    """Refuse trees whose arrays don't fit each other, or that read beyond so many features.

    Raises
    ------
    InvalidTableError
        The arrays say what no fit does.

    """
    splits, words = len(trees.splits.feature), len(trees.leaves)
    shapes = {
        "splits": {(splits,)} == {array.shape for array in (*trees.splits, trees.left_share)},
        "sets of categories": trees.category_sets.shape[1:] == (CATEGORIES + 1,),
        "values": trees.values.shape == (words, SLOTS),
        "words": are_starts(trees.first_words, words),
        "splits of words": are_starts(trees.first_splits, splits)
        and len(trees.first_splits) == words + 1,
        "features": are_places(trees.splits.feature, features),
        "categories": are_places(trees.splits.category_set + 1, len(trees.category_sets) + 1),
    }
    kinds = {
        "numbers of bits": trees.leaves.dtype == np.uint32
        and {trees.splits.if_left.dtype, trees.splits.if_right.dtype} == {np.dtype(np.uint32)},
        "leaves": trees.values.dtype == np.float64,
    }
    for what, is_sound in (shapes | kinds).items():
        if not is_sound:
            raise InvalidTableError(f"the trees' {what} don't fit the rest of them")


def are_places(numbers: NDArray[np.intp], size: int) -> bool:
    """Tell whether all are whole numbers from 0 to below `size`."""
    return numbers.dtype.kind == "i" and bool(((numbers >= 0) & (numbers < size)).all())


def are_starts(numbers: NDArray[np.intp], end: int) -> bool:
    """Tell whether they ascend from 0 to `end`."""
    return (
        numbers.ndim == 1
        and numbers.dtype.kind == "i"
        and len(numbers) > 0
        and numbers[0] == 0
        and numbers[-1] == end
        and bool((np.diff(numbers) >= 0).all())
    )
