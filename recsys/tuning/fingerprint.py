"""Fingerprints: equal data has the same one, other data another."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse


def fingerprint(*parts: str | pa.Array | pa.Table | NDArray[np.generic] | sparse.csr_array) -> str:
    """Return 32 hexadecimal digits of these texts, ids, tables, arrays and matrices.

    >>> len(fingerprint("2017-11-06", np.arange(3)))
    32
    >>> fingerprint("1", "23") == fingerprint("12", "3")
    False
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        if isinstance(part, sparse.csr_array):
            part = fingerprint(str(part.shape), part.data, part.indices, part.indptr)  # noqa: PLW2901
        elif isinstance(part, pa.Array | pa.Table):
            part = repr(part.to_pylist())  # noqa: PLW2901
        if isinstance(part, str):
            piece = part.encode()
        else:
            piece = repr(part.dtype).encode() + part.tobytes()
        digest.update(len(piece).to_bytes(8, "little") + piece)
    return digest.hexdigest()
