"""Pairs in blocks whose features stay in the processor's cache while all models read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


PAIRS_PER_BLOCK = 1_024


def feature_blocks(features: Floats) -> Iterator[tuple[slice, Floats]]:
    """Yield consecutive rows of (pairs, features), and which they are.

    Blocks hold each feature's values side by side, whatever `features` does.
    """
    for start in range(0, len(features), PAIRS_PER_BLOCK):
        pairs = slice(start, start + PAIRS_PER_BLOCK)
        yield pairs, np.asfortranarray(features[pairs])
