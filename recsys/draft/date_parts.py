"""Days that are told in columns of their own, as partitions do: year, month, day."""

from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import MISSING, DraftTable
from recsys.draft.profiling import FileProfile
from recsys.shop.names import quoted

PARTS = {
    "year": ({"year", "jahr", "annee", "ano", "anno", "jaar", "yr", "yyyy"}, 1990, 2100),
    "month": ({"month", "monat", "mois", "mes", "mese", "maand", "mm"}, 1, 12),
    "day": ({"day", "tag", "jour", "dia", "giorno", "dag", "dd"}, 1, 31),
}
"""The words that a column's name consists of, and between which numbers it lies."""


def add_date_parts(table: DraftTable, target: str) -> None:
    """Make the day of its parts where no column says it whole; of a month alone, its first day."""
    column = table.column(target)
    if column is None or column.source != MISSING:
        return
    found = {part: _column_of(table.profile, part) for part in PARTS}
    year, month, day = found["year"], found["month"], found["day"]
    if year is None or month is None:
        return
    parts = [f"{quoted(one.name)}" for one in (year, month, day) if one is not None]
    last = [] if day is not None else ["1"]
    column.source = f"concat_ws('-', {', '.join([*parts, *last])})"
    column.evidence = ", ".join(one.name for one in (year, month, day) if one is not None)
    column.doubt = (
        "" if day is not None else "the day isn't known: each month's first stands for it"
    )


def _column_of(profile: FileProfile, part: str) -> ColumnProfile | None:
    words, low, high = PARTS[part]
    named = [
        column
        for column in profile.columns
        if column.parsed_name.words and set(column.parsed_name.words) <= words
    ]
    return next((column for column in named if _lies_between(column, low, high)), None)


def _lies_between(column: ColumnProfile, low: int, high: int) -> bool:
    numbers = column.numbers
    return numbers.share == numbers.whole == 1 and low <= numbers.low <= numbers.high <= high
