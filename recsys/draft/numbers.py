"""How a column's values read as numbers: quantities, prices, ratings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recsys.draft import readings

MARK = re.compile(r"[^\d\s.,'’+()=\"-]{2}|[^\w\s.,'’+()=\"/-]|[^\W\d_][. ]")  # noqa: RUF001
"""A currency's sign or letters; one letter before a digit may be a code: Q4, R12."""


@dataclass(frozen=True)
class Numbers:
    """What the values that read as numbers are like."""

    share: float = 0.0
    """Of the values, how many read as numbers."""
    whole: float = 0.0
    """Of these, how many are whole numbers, 3.0 included."""
    low: float = 0.0
    high: float = 0.0
    negative: float = 0.0
    """Share below zero."""
    with_currency: float = 0.0
    """Share of the values with a currency sign."""
    has_decimal_comma: bool = False
    """Whether the comma is the decimal mark: 1,234 is 1.234, and 12.500 is twelve thousand."""
    is_in_thousands: bool = False
    """Whether the only evidence for it is that all values with a point look like 12.500."""
    is_padded: bool = False
    """Whether some begin with a zero, as codes do: 00123."""


def read_numbers(type_name: str, values: Sequence[str]) -> Numbers:
    """Describe the numbers among `values`, as cleaning reads prices.

    >>> prices = read_numbers("VARCHAR", ["1.234,50 €", "9,99 €", "frei"])
    >>> prices.has_decimal_comma, prices.high, round(prices.share, 2)
    (True, 1234.5, 0.67)
    >>> read_numbers("VARCHAR", ["00123", "00456"]).is_padded
    True

    """
    if not values or type_name in {"BOOLEAN", "DATE"} or type_name.startswith("TIME"):
        return Numbers()
    rows = readings.numbers().read(values)
    commas, points, thousands, separated = (sum(row[n] for row in rows) for n in (2, 3, 4, 5))
    comma = commas > points or (points == 0 and 0 < thousands == separated)
    read = [(value, row[comma]) for value, row in zip(values, rows, strict=True)]
    found = [float(number) for _, number in read if number is not None]
    if not found:
        return Numbers()
    marked = sum(number is not None and bool(MARK.search(value)) for value, number in read)
    return Numbers(
        share=len(found) / len(values),
        whole=sum(number.is_integer() for number in found) / len(found),
        low=min(found),
        high=max(found),
        negative=sum(number < 0 for number in found) / len(found),
        with_currency=marked / len(values),
        has_decimal_comma=comma,
        is_in_thousands=comma and commas <= points,
        is_padded=any(re.match(r"\W*0\d", value) for value, number in read if number is not None),
    )


def share_read(rule: str, values: Sequence[str]) -> float:
    """Return which share of the values another rule reads: clean_price reads ranges, too."""
    if not values:
        return 0.0
    return sum(row[0] is not None for row in readings.others(rule).read(values)) / len(values)
