"""How a column's values read as points in time: the forms that cleaning reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from recsys.draft import readings

Order = Literal["dmy", "mdy", "unknown"]
"""How 01/02/2024 is to be read, where the values show it; None in other forms."""

YEAR_FIRST = re.compile(r"\W*\d{4}\W+\d")
MARK = re.compile(r"\d+\D")
MIDNIGHT = re.compile(r"[T ,]+0?0:00(:00([.,]0+)?)?$")
"""A time of day that programs write if they don't know any."""
COMPACT = re.compile(r"(19|20)\d{6}(\d{4}|\d{6})?(\.0)?")
COUNTED = re.compile(r"\d+([.,]\d+)?")
COUNTS = {
    "seconds since 1970": (6.3e8, 2.6e9),
    "milliseconds since 1970": (6.3e11, 2.6e12),
    "microseconds since 1970": (6.3e14, 2.6e15),
    "nanoseconds since 1970": (6.3e17, 2.6e18),
    "a spreadsheet's day numbers": (32_800, 56_000),
}
"""1990 to 2052: other numbers can be times, too, but rather are something else."""


@dataclass(frozen=True)
class Times:
    """How the values read as times."""

    share: float = 0.0
    """Of the values, how many read as times in the form most have."""
    form: str = ""
    """What the form is, in words; empty where there is none."""
    order: Order | None = None
    is_plain_number: bool = False
    """Whether the values are numbers that may count something else."""
    has_clock: bool = False
    """Whether any value has a time of day, in whatever form it is written."""
    shows_both: bool = False
    """Whether some dates can only be of one order, and some only of the other."""

    @property
    def is_day_number(self) -> bool:
        """Whether the values are numbers as prices and ids are, which only a name makes days."""
        return self.form == "a spreadsheet's day numbers"


def read_times(type_name: str, values: Sequence[str]) -> Times:
    """Describe the times among `values`.

    >>> read_times("VARCHAR", ["31.12.2023 10:15", "01.02.2024 09:00"]).form
    'dd.mm.yyyy'
    >>> read_times("VARCHAR", ["01/02/2024", "03/04/2024"]).order
    'unknown'
    >>> read_times("BIGINT", ["1512086400", "1483228800"]).form
    'seconds since 1970'

    """
    if type_name == "DATE":
        return Times(1.0, "dates")
    if type_name.startswith("TIMESTAMP"):
        midnight = all(re.search(r"\d 00:00:00", value) for value in values)
        return Times(1.0, "timestamps", has_clock=not midnight)
    if not values or type_name in {"BOOLEAN", "TIME"}:
        return Times()
    rows = readings.times().read(values)
    shown = Counter(row[2] for row in rows)
    order = _order(shown["dmy"], shown["mdy"], shown[""])
    first = 1 if order == "mdy" or shown["mdy"] > shown["dmy"] else 0
    read = [
        (_form(value, row[2]), row[first])
        for value, row in zip(values, rows, strict=True)
        if row[first] is not None
    ]
    forms = Counter(form for form, _ in read if form)
    if not forms:
        return Times()
    form, count = forms.most_common(1)[0]
    if form == "in numbers":
        return Times(
            count / len(values),
            _in_words(values, rows, order),
            order=order,
            has_clock=_has_clock(read),
            shows_both=order == "unknown" and shown["dmy"] + shown["mdy"] > 0,
        )
    is_number = form in COUNTS or form == "yyyymmdd"
    return Times(count / len(values), form, is_plain_number=is_number, has_clock=_has_clock(read))


def _order(day_first: int, month_first: int, either: int) -> Order | None:
    """Decide as the macro decides_date_order, which ignores one typing error in a hundred."""
    if day_first > 0 and month_first * 100 <= day_first:
        return "dmy"
    if month_first > 0 and day_first * 100 <= month_first:
        return "mdy"
    return "unknown" if day_first + month_first + either else None


def _form(value: str, shown: str | None) -> str:
    """Return how a value that reads as a time is written; empty if it is rather something else."""
    if shown is not None:
        return "in numbers"
    if COUNTED.fullmatch(value):
        if COMPACT.fullmatch(value):
            return "yyyymmdd"
        number = float(value.replace(",", "."))
        return next((name for name, (low, high) in COUNTS.items() if low <= number <= high), "")
    return "yyyy-mm-dd" if YEAR_FIRST.match(value) else "days with the month's name"


def _in_words(values: Sequence[str], rows: Sequence[readings.Row], order: Order | None) -> str:
    written = next(value for value, row in zip(values, rows, strict=True) if row[2] is not None)
    found = MARK.search(written)
    mark = found[0][-1] if found else "."
    parts = {"dmy": "dd|mm|yyyy", "mdy": "mm|dd|yyyy"}
    return parts.get(order or "", "dd|mm|yyyy or mm|dd|yyyy").replace("|", mark)


def _has_clock(read: Sequence[tuple[str, datetime]]) -> bool:
    # of every form: days may be written in one and moments in another
    return any(at.time() != time() for form, at in read if form)
