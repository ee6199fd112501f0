"""Reading tables and ids from any object with an Arrow interface."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recsys.errors import InvalidTableError

ArrowTable = Any
"""A pyarrow Table or anything with `__arrow_c_stream__`: pandas, polars, a DuckDB relation."""


def read_table(table: ArrowTable, what: str = "the table") -> pa.Table:
    """Return `table` as a pyarrow Table; `what` names it in the error.

    >>> read_table({"customer_id": ["1"]})
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidTableError: the table is a dict; hand in a pyarrow Table, a pandas or \
polars DataFrame, a DuckDB relation or anything else with __arrow_c_stream__
    """
    if isinstance(table, pa.Table):
        return table
    if not hasattr(table, "__arrow_c_stream__"):
        raise InvalidTableError(
            f"{what} is a {type(table).__name__}; hand in a pyarrow Table, a pandas or polars "
            "DataFrame, a DuckDB relation or anything else with __arrow_c_stream__"
        )
    return pa.RecordBatchReader.from_stream(table).read_all()


def column_of(table: pa.Table, column: str, what: str = "the table") -> pa.ChunkedArray:
    """Return a column that has to be there.

    >>> column_of(pa.table({"user": ["1"]}), "customer_id")
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidTableError: the table has no column 'customer_id', its columns are \
'user'; rename one or pass its name
    """
    if column not in table.column_names:
        there = ", ".join(f"'{name}'" for name in table.column_names) or "none"
        raise InvalidTableError(
            f"{what} has no column '{column}', its columns are {there}; rename one or pass its name"
        )
    return table.column(column)


def ids_as_text(values: Any, what: str = "ids") -> pa.Array:
    """Return ids as text: 123 -> '123', 13085.0 -> '13085', text unchanged; nulls stay null.

    >>> ids_as_text(np.array([13085.0, 7.0])).to_pylist()
    ['13085', '7']
    >>> ids_as_text(["00123"]).to_pylist()
    ['00123']
    """
    array = _as_array(values, what)
    if array.type == pa.uuid():
        array = pa.array([None if id_ is None else str(id_) for id_ in array.to_pylist()])
    if pa.types.is_string(array.type):
        return array
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    return pc.take(_distinct_as_text(encoded.dictionary, what), encoded.indices)


def ids_or_keys(values: Any, what: str = "ids") -> pa.Array:
    """Return whole numbers as they are, other ids as text.

    >>> ids_or_keys(np.array([2, 1], np.int32)).type
    DataType(int32)
    >>> ids_or_keys(np.array([2.0])).to_pylist()
    ['2']
    """
    array = _as_array(values, what)
    return array if pa.types.is_integer(array.type) else ids_as_text(array, what)


def _as_array(values: Any, what: str) -> pa.Array:
    if isinstance(values, str | int):
        values = [values]
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    if isinstance(values, pa.Array):
        return values
    if not hasattr(values, "__arrow_array__") and not isinstance(values, np.ndarray):
        values = list(values) if isinstance(values, Iterable) else [values]
    try:
        return pa.array(values, from_pandas=True)
    except OverflowError as error:
        raise InvalidTableError(f"{what} have numbers of more than 64 bits; use text") from error
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidTableError(f"{what} mix types; use text or whole numbers only") from error


def _distinct_as_text(distinct: pa.Array, what: str) -> pa.Array:
    kind = distinct.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        texts = [_number_as_text(value) for value in distinct.to_pylist()]
        return pa.array(texts, pa.string())
    is_text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if is_text or pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind):
        return distinct.cast(pa.string())
    raise InvalidTableError(f"{what} are of type {kind}; use text or whole numbers")


def _number_as_text(value: Any) -> str | None:
    if value is None or math.isnan(value):  # NaN is a missing id in a float column
        return None
    return str(int(value)) if value == value // 1 else str(value)
