"""Columns as small numbers, so that many selections of the same rows cost little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True)
class CodedColumns:
    """The rows of a table.

    `codes` has a column of texts or whole numbers as places in `values`, which are in order;
    `numbers` has columns of other numbers as they were. All are of shape (rows,).
    """

    values: dict[str, list[Any]]
    codes: dict[str, NDArray[np.int32]]
    numbers: dict[str, NDArray[np.float64]]

    @classmethod
    def of(cls, table: pa.Table) -> CodedColumns:
        """Return the columns of a table that has no nulls."""
        values, codes, numbers = {}, {}, {}
        for name, column in zip(table.column_names, table.columns, strict=True):
            if pa.types.is_floating(column.type):
                numbers[name] = column.to_numpy()
                continue
            encoded = column.combine_chunks().dictionary_encode()
            ordered = encoded.dictionary.sort()
            place = pc.index_in(encoded.dictionary, value_set=ordered).to_numpy()
            values[name] = ordered.to_pylist()
            codes[name] = place[encoded.indices.to_numpy()]
        return cls(values, codes, numbers)

    def coded_as(self, name: str, values: list[Any]) -> CodedColumns:
        """Return the rows whose value is one of these, which become the values of the column."""
        places = {value: place for place, value in enumerate(values)}
        place = np.array([places.get(value, -1) for value in self.values[name]], np.int32)
        codes = place[self.codes[name]]
        recoded = CodedColumns(
            self.values | {name: values}, self.codes | {name: codes}, self.numbers
        )
        return recoded._rows(codes >= 0)

    def where(self, name: str, value: Any) -> CodedColumns:
        """Return the rows with a value; none where no row has it."""
        known = self.values[name]
        return self._rows(self.codes[name] == (known.index(value) if value in known else -1))

    def present(self, name: str) -> list[Any]:
        """Return the values that these rows have, in order."""
        return [self.values[name][code] for code in present(self.codes[name])]

    def _rows(self, is_wanted: NDArray[np.bool_]) -> CodedColumns:
        return CodedColumns(
            self.values,
            {column: codes[is_wanted] for column, codes in self.codes.items()},
            {column: numbers[is_wanted] for column, numbers in self.numbers.items()},
        )


def present(codes: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Return the codes that occur, in order."""
    return np.flatnonzero(np.bincount(codes))


def renumbered(codes: NDArray[np.integer[Any]], kept: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return each code's place in `kept`, which has all codes that occur, in order."""
    place = np.zeros(int(kept.max(initial=-1)) + 1, np.intp)
    place[kept] = np.arange(len(kept))
    found: NDArray[np.intp] = place[codes]
    return found
