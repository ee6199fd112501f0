"""Points in time from several columns, or from a column of counted days."""

from __future__ import annotations

import re

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import MISSING, DraftTable
from recsys.draft.guesses import DAYS_ONLY
from recsys.draft.profiling import FileProfile
from recsys.draft.times import MIDNIGHT
from recsys.draft.words import listed
from recsys.storage.names import quoted

PARTS = {"year": (1990, 2100), "month": (1, 12), "day": (1, 31)}
"""Between which numbers the parts of a day lie."""
CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[AaPp][Mm])?")
MOST = 0.95
"""Share of the values that are times of day."""
FEWEST_DAYS = 8
"""With fewer values the column holds days of the week."""
MOST_DAYS = 20_000
"""Larger numbers are dates of another form."""


def add_date_parts(table: DraftTable, target: str) -> None:
    """Compose the day from its parts if no column has it; a month alone gives its first day."""
    column = table.column(target)
    if column is None or column.source != MISSING:
        return
    year, month, day = (_part(table.profile, part) for part in PARTS)
    if year is None or month is None:
        return
    found = [one.name for one in (year, month, day) if one is not None]
    parts = [*map(quoted, found), *([] if day is not None else ["1"])]
    column.source = f"concat_ws('-', {', '.join(parts)})"
    column.evidence = ", ".join(found)
    column.doubt = "" if day else "the day isn't known: each month's first stands for it"


def _part(profile: FileProfile, part: str) -> ColumnProfile | None:
    low, high = PARTS[part]
    named = [found for found in profile.columns if _is_called(found, part)]
    return next((found for found in named if _counts(found, low, high)), None)


def _is_called(column: ColumnProfile, words: str) -> bool:
    return bool(column.parsed_name.words) and set(column.parsed_name.words) <= listed(words)


def _counts(column: ColumnProfile, low: float, high: float) -> bool:
    numbers = column.numbers
    return numbers.share == numbers.whole == 1 and low <= numbers.low <= numbers.high <= high


def add_clock(table: DraftTable, target: str) -> None:
    """Make points in time of a column of days and the one of clocks beside it, where there are."""
    column, days, columns = table.column(target), table.given(target), table.profile.columns
    # of numbers only 20231231 shows that it is a day, and is read with a time of day behind it
    if column is None or days is None or days.times.has_clock:
        return
    if days.times.is_plain_number and days.times.form != "yyyymmdd":
        return
    clocks = [found for found in columns if _is_clock(found)]
    if not clocks:
        return
    clock = min(clocks, key=lambda found: abs(columns.index(found) - columns.index(days)))
    column.source = f"concat_ws(' ', {_day(days)}, {quoted(clock.name)})"
    # with its clock the column isn't of days any more
    column.evidence = (
        f"{column.evidence.replace(DAYS_ONLY, '')}; the time of day is in '{clock.name}'"
    )
    table.take(clock.name)
    if len(clocks) > 1:
        others = ", ".join(f"'{other.name}'" for other in clocks if other is not clock)
        column.mark(f"or is the time of day {others}?")


def _day(days: ColumnProfile) -> str:
    """Return the column in SQL, without the midnight that some programs write beside a day."""
    if days.type.startswith("TIMESTAMP"):
        return f"cast({quoted(days.name)} as date)"
    if any(MIDNIGHT.search(value.strip()) for value in days.values):
        return f"regexp_replace(trim({quoted(days.name)}), '{MIDNIGHT.pattern}', '')"
    return quoted(days.name)


def _is_clock(column: ColumnProfile) -> bool:
    if column.type == "TIME":
        return column.present > 0
    found = sum(bool(CLOCK.fullmatch(value.strip())) for value in column.values)
    return bool(column.values) and found >= MOST * len(column.values)


def count_days(table: DraftTable) -> None:
    """Make times of days that are counted from 1, where there is nothing better."""
    column = table.column("purchased_at")
    if column is None or column.source != MISSING:
        return
    for found in table.profile.columns:
        if not _is_called(found, "counted days") or found.distinct < FEWEST_DAYS:
            continue
        if _counts(found, 0, MOST_DAYS - 1):
            is_of_weeks = "week" in found.parsed_name.words
            of = f"try_cast({quoted(found.name)} as integer)" + " * 7" * is_of_weeks
            column.source = f"date '2000-01-01' + {of}"
            column.evidence = f"{found.name}: {found.numbers.low:.0f} to {found.numbers.high:.0f}"
            column.doubt = (
                f"'{found.name}' counts {'weeks' if is_of_weeks else 'days'}; from which day isn't "
                "known: 2000-01-01 stands for day 0"
            )
            return
