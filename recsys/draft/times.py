"""How a column's values read as points in time: the forms that cleaning reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Order = Literal["dmy", "mdy", "unknown"]
"""How 01/02/2024 is to be read, where the values show it; None in other forms."""

ISO = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ,].*)?")
DAYS = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}|\d{2})([T ,]+\d{1,2}[:.]\d{2}.*)?")
MONTHS = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(\d{1,2}[-. ]+[A-Za-z]{3,9}|[A-Za-z]{3,9}\.? \d{1,2}),?[-. ]+\d{2,4}.*"
)
COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{6})?(\.0)?")
MIDNIGHT = re.compile(r"[T ,]+0?0:00(:00([.,]0+)?)?$")
"""A clock that stands still: programs write it where they have no time of day."""
DIGITS = re.compile(r"\d{9,19}(\.\d+)?")
EPOCHS = {
    "seconds": (6.3e8, 2.6e9),
    "milliseconds": (6.3e11, 2.6e12),
    "microseconds": (6.3e14, 2.6e15),
    "nanoseconds": (6.3e17, 2.6e18),
}
"""1990 to 2052."""


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
    """Whether there is a time of day."""


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
    texts = [value.strip() for value in values]
    forms = [_iso(texts), _written(texts), _named_months(texts), _compact(texts), _epoch(texts)]
    return max(forms, key=lambda times: times.share)


def _iso(texts: Sequence[str]) -> Times:
    found = [text for text in texts if ISO.fullmatch(text) and _is_day(text)]
    clock = any(":" in text and not re.search(r"\D00:00(:00)?(\D|$)", text) for text in found)
    return Times(len(found) / len(texts), "yyyy-mm-dd", has_clock=clock)


def _is_day(text: str) -> bool:
    year, month, day = (int(part) for part in re.split(r"[-/.T ,]", text)[:3])
    try:
        datetime(year, month, day)
    except ValueError:
        return False
    return True


def _written(texts: Sequence[str]) -> Times:
    found = [match for text in texts if (match := DAYS.fullmatch(text))]
    pairs = [(int(match[1]), int(match[2])) for match in found]
    day_first = sum(12 < first <= 31 and 0 < second <= 12 for first, second in pairs)
    month_first = sum(12 < second <= 31 and 0 < first <= 12 for first, second in pairs)
    either = sum(0 < first <= 12 and 0 < second <= 12 for first, second in pairs)
    order: Order = "unknown"
    if day_first > month_first:
        order = "dmy"
    elif month_first > day_first:
        order = "mdy"
    fitting = either + max(day_first, month_first)
    mark = re.sub(r"\d", "", found[0][0])[:1] if found else "."
    parts = {"dmy": "dd|mm|yyyy", "mdy": "mm|dd|yyyy", "unknown": "dd|mm|yyyy or mm|dd|yyyy"}
    return Times(
        fitting / len(texts),
        parts[order].replace("|", mark),
        order=order,
        has_clock=any(match[4] and not MIDNIGHT.search(match[0]) for match in found),
    )


def _named_months(texts: Sequence[str]) -> Times:
    months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    found = [
        text
        for text in texts
        if MONTHS.fullmatch(text) and any(month in text.lower() for month in months)
    ]
    return Times(
        len(found) / len(texts),
        "days with the month's name",
        has_clock=any(":" in t for t in found),
    )


def _compact(texts: Sequence[str]) -> Times:
    found = sum(bool(COMPACT.fullmatch(text)) for text in texts)
    clock = any(len(text) > 10 for text in texts)
    return Times(found / len(texts), "yyyymmdd", is_plain_number=True, has_clock=clock)


def _epoch(texts: Sequence[str]) -> Times:
    numbers = [float(text) for text in texts if DIGITS.fullmatch(text)]
    best = Times()
    for unit, (low, high) in EPOCHS.items():
        share = sum(low <= number <= high for number in numbers) / len(texts)
        if share > best.share:
            clock = any(number % 86400 for number in numbers)
            best = Times(share, f"{unit} since 1970", is_plain_number=True, has_clock=clock)
    return best
