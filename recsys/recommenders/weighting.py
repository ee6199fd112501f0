"""What is made of purchase weights before a model learns from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_TRANSFORMS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "sqrt": np.sqrt,
    "log": np.log1p,
    "binary": np.ones_like,
    "none": np.asarray,
}

TRANSFORMS = tuple(_TRANSFORMS)
"""Legal values of a parameter `transform`."""


def transformed(weights: sparse.csr_array, transform: str) -> sparse.csr_array:
    """Return the weights, each replaced by its root, logarithm of 1 more, 1 or itself.

    >>> transformed(sparse.csr_array([[4.0, 0.0], [0.0, 9.0]]), "sqrt").toarray()
    array([[2., 0.],
           [0., 3.]])
    """
    values = _TRANSFORMS[transform](weights.data)
    return sparse.csr_array((values, weights.indices, weights.indptr), weights.shape)
