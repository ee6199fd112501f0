"""Attributes of customers as small integer codes for models."""

from __future__ import annotations

import math
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple

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
        ids, names, values = _columns(attributes)
        self.customer_ids = pc.unique(ids).sort()
        self.names: list[str] = sorted(name for name in pc.unique(names).to_pylist() if name)
        self._coding = [_coding_of(values.filter(pc.equal(names, name))) for name in self.names]
        self.counts = [coding.size for coding in self._coding]
        """How many codes each attribute has, the missing and the rare one included."""
        self._fill(ids, names, values)

    def of(self, attributes: ArrowTable) -> Profiles:
        """Return the profiles of these customers alone, in the codes of these: nothing is learned.

        >>> profiles = Profiles(pa.table({
        ...     "customer_id": [str(n) for n in range(6)], "attribute": ["kids"] * 6,
        ...     "value": ["two"] * 6,
        ... }))
        >>> other = profiles.of(pa.table({
        ...     "customer_id": ["1", "new"], "attribute": ["kids"] * 2, "value": ["nine", "two"],
        ... }))
        >>> other.codes(pa.array(["0", "1", "new"])).tolist()
        [[0], [1], [2]]
        """
        changed = copy(self)
        ids, names, values = _columns(attributes)
        changed.customer_ids = pc.unique(ids).sort()
        changed._fill(ids, names, values)
        return changed

    def _fill(self, ids: pa.Array, names: pa.Array, values: pa.Array) -> None:
        """Set the codes of `customer_ids`; the last row is of who has no profile."""
        shape = (len(self.customer_ids) + 1, len(self.names))
        self._codes = np.full(shape, MISSING, np.int32)
        for column, (name, coding) in enumerate(zip(self.names, self._coding, strict=True)):
            of_name = pc.equal(names, name)
            held = values.filter(of_name)
            code = coding.codes(held)
            code[held.is_null().to_numpy(zero_copy_only=False)] = MISSING
            rows = pc.index_in(ids.filter(of_name), value_set=self.customer_ids).to_numpy()
            self._codes[rows, column] = code

    def codes(self, customer_ids: Any) -> NDArray[np.int32]:
        """Return the (customers, attributes) codes; all missing for whoever has no profile."""
        wanted, known = ids_or_keys(customer_ids), self.customer_ids
        if pa.types.is_integer(wanted.type) != pa.types.is_integer(known.type):
            wanted, known = ids_as_text(wanted), ids_as_text(known)
        rows = pc.fill_null(pc.index_in(wanted.cast(known.type), value_set=known), -1)
        found: NDArray[np.int32] = self._codes[rows.to_numpy().astype(np.intp)]
        return found


class _Coding(NamedTuple):
    """What the codes of an attribute mean."""

    edges: NDArray[np.float64] | None
    """Of the bands of its numbers, ascending; None: its values are texts."""
    common: pa.Array
    """Texts with a code of their own, in its order."""

    @property
    def size(self) -> int:
        """How many codes there are, the missing and the rare one included."""
        own = len(self.common) if self.edges is None else len(self.edges) + 1
        return own + RARE + 1

    def codes(self, values: pa.Array) -> NDArray[np.int64]:
        """Return the code of each value; of a missing one, any."""
        if self.edges is None:
            place = pc.fill_null(pc.index_in(values, value_set=self.common), -1).to_numpy()
            texts: NDArray[np.int64] = place.astype(np.int64) + RARE + 1
            return texts
        numbers = _numbers(values)
        band = np.searchsorted(self.edges, numbers) + RARE + 1
        return np.where(np.isnan(numbers), RARE, band)


def _columns(attributes: ArrowTable) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return customers, names and values of a table of attributes."""
    table = read_table(attributes, "the table of attributes")
    ids = ids_or_keys(column_of(table, "customer_id", "the table of attributes"))
    names, values = (
        column_of(table, name, "the table of attributes").cast(pa.string()).combine_chunks()
        for name in ("attribute", "value")
    )
    return ids, names, values


def _coding_of(values: pa.Array) -> _Coding:
    numbers = _measured(values)
    if numbers is None:
        return _Coding(None, _common(values))
    known = numbers[~np.isnan(numbers)]
    edges = np.unique(np.quantile(known, np.arange(1, BANDS) / BANDS, method="inverted_cdf"))
    return _Coding(edges, pa.array([], pa.string()))


def _measured(values: pa.Array) -> NDArray[np.float64] | None:
    """Return numbers, NaN where a value is none, if nearly all are and many differ."""
    numbers = _numbers(values)
    known = numbers[~np.isnan(numbers)]
    if len(pc.unique(values.filter(pa.array(~np.isnan(numbers))))) <= MOST_NUMBERS:
        return None
    return numbers if len(known) >= MEASURED_SHARE * (len(values) - values.null_count) else None


def _numbers(values: pa.Array) -> NDArray[np.float64]:
    """Return numbers, NaN for what is none or missing."""
    encoded = values.dictionary_encode()
    of_each = np.array([_number(value) for value in encoded.dictionary.to_pylist()])
    place = pc.fill_null(encoded.indices, len(of_each)).to_numpy()
    numbers: NDArray[np.float64] = np.append(of_each, np.nan)[place]
    return numbers


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
