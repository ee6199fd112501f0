"""Columns of past windows as the arrays that models of preferences read."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import logit

from recsys.data.arrow_tables import column_of, ids_as_text
from recsys.data.profiles import Profiles
from recsys.errors import InvalidTableError

Floats = NDArray[np.float64]

LEAST_PROBABILITY = 1e-6
"""Nothing is impossible or certain: the logarithmic loss stays finite."""

BASE_RATE_SCALE = 10.0
"""A large column is hardly shrunk: with little data, the base rate is what remains."""


def by_category(
    category: NDArray[np.intp],
    n_categories: int,
    codes: NDArray[np.int32],
    profiles: Profiles,
    base_rate: Floats,
) -> sparse.csr_array:
    """Return log odds of the base rate, category, values, and every value by category: one-hot."""
    n_rows, n_attributes = codes.shape
    starts = np.concatenate([[0], np.cumsum(profiles.counts)]).astype(np.intp)
    values = codes + starts[:-1]
    n_values = int(starts[-1])
    known = category >= 0
    at = np.where(known, category, 0)[:, None]
    indices = np.hstack(
        [
            np.zeros((n_rows, 1), np.intp),
            1 + at,
            1 + n_categories + values,
            1 + n_categories + n_values + at * n_values + values,
        ]
    )
    is_known = known[:, None].astype(np.float64)
    data = np.hstack(
        [
            logit(base_rate)[:, None] * BASE_RATE_SCALE,
            is_known,
            np.ones((n_rows, n_attributes)),
            np.broadcast_to(is_known, (n_rows, n_attributes)),
        ]
    )
    width = 1 + n_categories + n_values + n_categories * n_values
    row_ends = np.arange(n_rows + 1) * indices.shape[1]
    return sparse.csr_array((data.ravel(), indices.ravel(), row_ends), shape=(n_rows, width))


def customer_hashes(table: pa.Table) -> NDArray[np.uint64]:
    """Return the (rows,) hashes of the customers: the column customer_hash, or of their ids.

    A hash is the first 64 bits of the id's MD5, as in int_customers.

    Raises:
        InvalidTableError: customer_hash has nulls, or isn't a column of whole numbers.

    """
    if "customer_hash" in table.column_names:
        column = table["customer_hash"]
        if column.null_count or not pa.types.is_integer(column.type):
            raise InvalidTableError(
                f"customer_hash is of type {column.type} with {column.null_count} nulls; hand in "
                "whole numbers without nulls, or no such column"
            )
        given: NDArray[np.uint64] = column.to_numpy().astype(np.uint64)
        return given
    ids = ids_as_text(column_of(table, "customer_id")).dictionary_encode()
    digests = (
        hashlib.md5(str(name).encode(), usedforsecurity=False).digest()
        for name in ids.dictionary.to_pylist()
    )
    hashes = np.array([int.from_bytes(digest[:8], "big") for digest in digests], np.uint64)
    found: NDArray[np.uint64] = hashes[ids.indices.to_numpy()]
    return found


def base_rates(table: pa.Table) -> Floats:
    """Return the (rows,) base rates of the categories, above 0 and below 1."""
    return bounded(numbers(column_of(table, "base_rate")))


def bounded(probabilities: Floats) -> Floats:
    """Return probabilities whose logarithmic loss is finite."""
    clipped: Floats = np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return clipped


def numbers(column: pa.ChunkedArray) -> Floats:
    """Return a column as numbers, NaN for null."""
    found: Floats = column.cast(pa.float64()).to_numpy().astype(np.float64)
    return found
