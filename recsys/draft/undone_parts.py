"""Columns that say how much of a line came back or was cancelled: units, or money."""

from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import DraftTable
from recsys.draft.guesses import guess
from recsys.draft.value_fit import fit
from recsys.storage.names import quoted

MOSTLY = 0.9
UNDONE = {"return", "cancelled"}
COUNTED = {"undone_units": "quantity", "undone_money": "amount"}
"""Kinds of names, and what such a column takes away from."""


def mark_undone_parts(table: DraftTable) -> None:
    """Mark what a line's quantity or amount doesn't take off, and say how to.

    The line itself is no return: its sale is booked with all of its units.
    """
    for column in table.profile.columns:
        target = _taken_off(column)
        if target is None or any(drafted.source == column.name for drafted in table.columns):
            continue
        whole = table.source(target)
        if whole in {found.name for found in table.profile.columns}:
            whole = f"try_cast({quoted(str(whole))} as double)"
        elif target == "quantity" and whole is None:
            whole = "1"
        rest = f"coalesce(try_cast({quoted(column.name)} as double), 0)"
        how = f"; to take it off, write  {target}: '{whole} - {rest}'" if whole else ""
        what = "how many units" if target == "quantity" else "how much money"
        table.doubts.append(
            f"'{column.name}' says {what} of a line came back or was cancelled: it counts as sold"
            f"{how}"
        )


def _taken_off(column: ColumnProfile) -> str | None:
    """Return what the column takes away from; None: nothing, or nothing of a line."""
    kinds = guess(column)
    senses, numbers = column.parsed_name.known, column.numbers
    if numbers.share < MOSTLY or numbers.high <= 0:
        return None
    named = next((target for kind, target in COUNTED.items() if kind in kinds), None)
    if (
        named is None and senses & UNDONE and "quantity" in senses and fit("undone_units", column)
    ):  # a system's own name
        return "quantity"
    return named
