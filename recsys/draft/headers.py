"""Where a file's header is, and whether there is one: a line that names its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from recsys.draft.words import parse_name

VALUE = re.compile(r"[-+]?\d[\d.,:/ -]*|\d{4}-\d\d-\d\d.*|true|false", re.IGNORECASE)

MONTH = "(?:jan|feb|mar|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zé]*"

PERIOD = re.compile(
    r"(19|20)\d\d([-_/ .]?(0?[1-9]|1[0-2]|q[1-4]|w\d\d?))?|"
    rf"{MONTH}[-_ .]?(\d\d(\d\d)?)?",
    re.IGNORECASE,
)
"""Names that pivot tables give their columns."""
FEWEST_COLUMNS = 3
MOST_ROWS = 30
"""Rows in which a header is looked for."""
FULL = 0.8
"""Share of the cells that rows usually fill, which a header fills at least."""
SPARSE = 0.5
"""A title fills at most so many of them."""


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first of these rows is a header.

    Names aren't numbers or dates. Where none of the fields is one, a first row all of whose fields
    are blank, known words or not among the values below is a header.

    >>> has_header([["196", "242", "3"], ["186", "302", "3"]])
    False
    >>> has_header([["user", "item", "rating"], ["186", "302", "3"]])
    True

    """
    first = [field.strip() for field in rows[0]]
    values = [field for field in first if VALUE.fullmatch(field)]
    if values:
        names = [parse_name(field) for field in first if field not in values]
        are_names = bool(names) and all(all(name.senses) and name.words for name in names)
        are_periods = all(PERIOD.fullmatch(field) for field in values)
        return are_names and (are_periods or len(values) <= len(first) / 2)
    if any(parse_name(field).known for field in first):
        return True
    below = [{row[at].strip() for row in rows[1:] if at < len(row)} for at in range(len(first))]
    return not any(field and field in column for field, column in zip(first, below, strict=True))


def rows_before_header(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows, blank ones included, lie above the header.

    >>> rows_before_header([["Sales"], [], ["day", "who", "what"], ["1", "a", "x"]])
    2
    >>> rows_before_header([["day", "who", "what"], ["1", "a", "x"], ["2", "b", "y"]])
    0

    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    present = [cells for cells in filled if cells]
    usual = median(present) if present else 0
    if usual < FEWEST_COLUMNS:
        return 0
    for place, cells in enumerate(filled[:MOST_ROWS]):
        if cells >= FULL * usual:
            above = [cells for cells in filled[:place] if cells]
            return place if above and max(above) <= max(SPARSE * usual, 1) else 0
    return 0
