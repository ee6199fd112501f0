"""Customers' attributes, whatever a shop has, as small whole numbers that a model can read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.arrow_tables import ArrowTable, column_of, read_table

MISSING = 0
RARE = 1

FEWEST_CUSTOMERS = 5
"""A value that fewer customers have says nothing about them that could be learned."""
MOST_VALUES = 100
"""Of an attribute with more values, the others count as rare."""


class Profiles:
    """Codes of the values of each attribute: 0 where a customer has none, 1 for rare ones.

    Numbers are read as any text is: a shop that knows ages rather than age bands has more from
    bands.

    Parameters
    ----------
    attributes
        customer_id, attribute, value; one row per customer and attribute that the shop knows.

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
        ids, names, values = (
            column_of(table, name, "the table of attributes").cast(pa.string()).combine_chunks()
            for name in ("customer_id", "attribute", "value")
        )
        self.customer_ids = pc.unique(ids).sort()
        self.names: list[str] = sorted(name for name in pc.unique(names).to_pylist() if name)
        self._codes = np.full((len(self.customer_ids) + 1, len(self.names)), MISSING, np.int32)
        self.counts: list[int] = []
        """How many codes each attribute has, the missing and the rare one included."""
        for column, name in enumerate(self.names):
            of_name = pc.equal(names, name)
            held = values.filter(of_name)
            kept = _common(held)
            code = pc.fill_null(pc.index_in(held, value_set=kept), -1).to_numpy() + RARE + 1
            code[held.is_null().to_numpy(zero_copy_only=False)] = MISSING
            rows = pc.index_in(ids.filter(of_name), value_set=self.customer_ids).to_numpy()
            self._codes[rows, column] = code
            self.counts.append(len(kept) + RARE + 1)

    def codes(self, customer_ids: pa.Array) -> NDArray[np.int32]:
        """Return the (customers, attributes) codes; all missing for whoever has no profile."""
        rows = pc.fill_null(pc.index_in(customer_ids, value_set=self.customer_ids), -1)
        found: NDArray[np.int32] = self._codes[rows.to_numpy().astype(np.intp)]
        return found


def _common(values: pa.Array) -> pa.Array:
    """Return the values that enough customers have, the most common ones, in order of the text."""
    counted: list[dict[str, Any]] = pc.value_counts(values.drop_null()).to_pylist()
    ranked = sorted((-entry["counts"], entry["values"]) for entry in counted)
    kept = [value for count, value in ranked[:MOST_VALUES] if -count >= FEWEST_CUSTOMERS]
    return pa.array(sorted(kept), pa.string())
