"""Times of day that stand in a column of their own, beside the column of days."""

from __future__ import annotations

import re

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import DraftTable
from recsys.draft.times import MIDNIGHT
from recsys.shop.names import quoted

CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[AaPp][Mm])?")
MOST = 0.95
"""Share of the values that are times of day."""


def add_clock(table: DraftTable, target: str) -> None:
    """Make points in time of a column of days and the one of clocks beside it, where there are."""
    column = table.column(target)
    if column is None:
        return
    places = {found.name: place for place, found in enumerate(table.profile.columns)}
    days = table.profile.find(column.source)
    # of numbers only 20231231 shows that it is a day, and is read with a time of day behind it
    if days is None or days.times.has_clock:
        return
    if days.times.is_plain_number and days.times.form != "yyyymmdd":
        return
    clocks = [found for found in table.profile.columns if _is_clock(found)]
    if not clocks:
        return
    clock = min(clocks, key=lambda found: abs(places[found.name] - places[days.name]))
    column.source = f"concat_ws(' ', {_day(days)}, {quoted(clock.name)})"
    column.evidence += f"; the time of day is in '{clock.name}'"
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
