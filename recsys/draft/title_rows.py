"""Rows above a header, such as a report's title and the day it was made."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

FEWEST_COLUMNS = 3
MOST_ROWS = 30
"""A header is looked for so far down."""
FULL = 0.8
"""Share of the cells that rows usually fill, which a header fills at least."""
SPARSE = 0.5
"""A title fills at most so many of them."""


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
