"""Columns of a table of pairs, checked and numbered."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.data.arrow_tables import column_of, ids_as_text
from recsys.errors import InvalidTableError


def keys_of(table: pa.Table, column: str) -> NDArray[np.int32]:
    """Return a column of integer keys; it has no nulls."""
    keys: NDArray[np.int32] = column_of(table, column).cast(pa.int32()).to_numpy()
    return keys


def ids_of(table: pa.Table, column: str) -> pa.Array:
    """Return a column of ids as text; InvalidTableError says how many are null."""
    ids = ids_as_text(column_of(table, column), f"ids in '{column}'")
    if ids.null_count:
        raise InvalidTableError(
            f"'{column}' is null in {ids.null_count:,} of {len(ids):,} rows; "
            "leave purchases of nobody or nothing in particular out"
        )
    return ids


def numbers_of(table: pa.Table, column: str | None, default: str) -> NDArray[np.float64] | None:
    """Return a column as float64 with NaN for null, or None when there is no such column."""
    if column is None or (column == default and column not in table.column_names):
        return None
    values = column_of(table, column)
    kind = values.type
    if not (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_null(kind)
    ):
        raise InvalidTableError(f"'{column}' is of type {kind}; cast it to a number")
    values = values.cast(pa.float64())
    finite = pc.fill_null(pc.is_finite(values), True)
    if pc.any(pc.invert(finite)).as_py():  # of no rows at all it is null
        example = values.filter(pc.invert(finite))[0].as_py()
        raise InvalidTableError(f"'{column}' holds {example}; use null or a finite number")
    numbers: NDArray[np.float64] = values.to_numpy()
    return numbers


def times_of(table: pa.Table, column: str | None, default: str) -> NDArray[np.float64]:
    """Return a column of times as seconds since 1970, NaN for null or without the column."""
    if column is None or (column == default and column not in table.column_names):
        return np.full(table.num_rows, np.nan)
    values = column_of(table, column)
    kind = values.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_null(kind)):
        raise InvalidTableError(f"'{column}' is of type {kind}; cast it to a timestamp")
    zone = kind.tz if pa.types.is_timestamp(kind) else None
    microseconds = values.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
    seconds: NDArray[np.float64] = pc.divide(
        microseconds.cast(pa.float64(), safe=False),
        1e6,  # whole microseconds only until 2255
    ).to_numpy()
    return seconds


def by_id(ids: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the distinct ids in order, and the position of each row's id among them."""
    encoded = ids.dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary).to_numpy()
    return encoded.dictionary.take(pa.array(order)), np.argsort(order)[encoded.indices.to_numpy()]


def by_order(ids: pa.Array, order: NDArray[np.int32]) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the distinct ids by their numbers in `order`, and each row's position among them."""
    _, first, position = np.unique(order, return_index=True, return_inverse=True)
    return ids.take(pa.array(first)), position


def by_popularity(ids: pa.Array, catalogue: pa.Array | None) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the distinct ids, the most frequent first, then by id; and each row's position.

    Those of the catalogue that no row has come last.
    """
    both = ids if catalogue is None else pa.concat_arrays([ids, catalogue.drop_null()])
    distinct, position = by_id(both)
    position = position[: len(ids)]
    popularity = np.bincount(position, minlength=len(distinct))
    order = np.argsort(-popularity, kind="stable")
    return distinct.take(pa.array(order)), np.argsort(order)[position]
