"""Attributes of customers as small integer codes for models."""

from __future__ import annotations

import math
from copy import copy
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.data.arrow_tables import ArrowTable, column_of, ids_as_text, ids_or_keys, read_table

MISSING = 0
RARE = 1

FEWEST_CUSTOMERS = 5
"""A value that fewer customers have says nothing about them that could be learned."""
MOST_VALUES = 100
"""Of an attribute with more values, the others count as rare."""

BANDS = 10
"""Numbers and days are cut into so many bands of equally many customers."""
MOST_NUMBERS = 20
"""An attribute with more different numbers or days is cut into bands."""
MEASURED_SHARE = 0.95
"""So many of an attribute's values are numbers or days: the others say that it isn't known."""


class Profiles:
    """Codes of the values of each attribute: 0 where a customer has none, 1 for rare ones.

    An attribute of many different numbers or days (an income, a birthday) is cut at its quantiles,
    for no two customers may have the same; with few, each is a value like any other.

    Parameters
    ----------
    attributes
        customer_id (text or whole numbers), attribute, value; one row per customer and attribute
        that the shop knows.

    >>> profiles = Profiles(pa.table({
    ...     "customer_id": [str(n) for n in range(11)],
    ...     "attribute": ["kids"] * 11,
    ...     "value": ["none"] * 6 + ["two"] * 5,
    ... }))
    >>> profiles.codes(pa.array(["0", "10", "stranger"])).tolist()
    [[2], [3], [0]]

    """

    def __init__(self, attributes: ArrowTable) -> None:
        table = read_table(attributes, "the table of attributes")
        ids = ids_or_keys(column_of(table, "customer_id", "the table of attributes"))
        names, values = (
            column_of(table, name, "the table of attributes").cast(pa.string()).combine_chunks()
            for name in ("attribute", "value")
        )
        self.customer_ids = pc.unique(ids).sort()
        self.names: list[str] = sorted(name for name in pc.unique(names).to_pylist() if name)
        self._codes = np.full((len(self.customer_ids) + 1, len(self.names)), MISSING, np.int32)
        self.counts: list[int] = []
        """How many codes each attribute has, the missing and the rare one included."""
        for column, name in enumerate(self.names):
            of_name = pc.equal(names, name)
            held = values.filter(of_name)
            code, count = _coded(held)
            code[held.is_null().to_numpy(zero_copy_only=False)] = MISSING
            rows = pc.index_in(ids.filter(of_name), value_set=self.customer_ids).to_numpy()
            self._codes[rows, column] = code
            self.counts.append(count)

    def among(self, customer_ids: Any) -> Profiles:
        """Return the profiles of these customers alone: others are as if nothing was known.

        >>> profiles = Profiles(pa.table({
        ...     "customer_id": [str(n) for n in range(6)], "attribute": ["kids"] * 6,
        ...     "value": ["two"] * 6,
        ... }))
        >>> profiles.among(pa.array(["1"])).codes(pa.array(["0", "1"])).tolist()
        [[0], [2]]
        """
        kept = copy(self)
        kept.customer_ids = pc.unique(ids_or_keys(customer_ids)).sort()
        missing = np.full((1, len(self.names)), MISSING, np.int32)
        kept._codes = np.concatenate([self.codes(kept.customer_ids), missing])
        return kept

    def codes(self, customer_ids: Any) -> NDArray[np.int32]:
        """Return the (customers, attributes) codes; all missing for whoever has no profile."""
        wanted, known = ids_or_keys(customer_ids), self.customer_ids
        if pa.types.is_integer(wanted.type) != pa.types.is_integer(known.type):
            wanted, known = ids_as_text(wanted), ids_as_text(known)
        rows = pc.fill_null(pc.index_in(wanted.cast(known.type), value_set=known), -1)
        found: NDArray[np.int32] = self._codes[rows.to_numpy().astype(np.intp)]
        return found


def _coded(values: pa.Array) -> tuple[NDArray[np.int64], int]:
    """Return the code of each value (of a missing one, any), and how many codes there are."""
    numbers = _measured(values)
    if numbers is not None:
        known = numbers[~np.isnan(numbers)]
        edges = np.unique(np.quantile(known, np.arange(1, BANDS) / BANDS, method="inverted_cdf"))
        band = np.searchsorted(edges, numbers) + RARE + 1
        return np.where(np.isnan(numbers), RARE, band), len(edges) + 1 + RARE + 1
    kept = _common(values)
    place: NDArray[np.int64] = pc.fill_null(pc.index_in(values, value_set=kept), -1).to_numpy()
    return place.astype(np.int64) + RARE + 1, len(kept) + RARE + 1


def _measured(values: pa.Array) -> NDArray[np.float64] | None:
    """Return numbers, NaN where a value is none, if nearly all are and many differ."""
    encoded = values.dictionary_encode()
    of_each = np.array([_number(value) for value in encoded.dictionary.to_pylist()])
    if np.count_nonzero(~np.isnan(of_each)) <= MOST_NUMBERS:
        return None
    place = pc.fill_null(encoded.indices, len(of_each)).to_numpy()
    numbers: NDArray[np.float64] = np.append(of_each, np.nan)[place]
    known = np.count_nonzero(~np.isnan(numbers))
    return numbers if known >= MEASURED_SHARE * (len(values) - values.null_count) else None


def _number(value: str) -> float:
    """Return a number as it is, a day as the number of days, anything else as NaN."""
    try:
        number = float(value)
    except ValueError:
        try:
            return float(datetime.fromisoformat(value).toordinal())
        except ValueError:
            return math.nan
    return number if math.isfinite(number) else math.nan


def _common(values: pa.Array) -> pa.Array:
    """Return the values that enough customers have, the most common ones, in order of the text."""
    counted: list[dict[str, Any]] = pc.value_counts(values.drop_null()).to_pylist()
    ranked = sorted((-entry["counts"], entry["values"]) for entry in counted)
    kept = [value for count, value in ranked[:MOST_VALUES] if -count >= FEWEST_CUSTOMERS]
    return pa.array(sorted(kept), pa.string())
