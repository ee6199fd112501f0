"""Refine the columns of exposures: in which list something was shown, whether it was clicked."""

from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import MISSING, DraftColumn, DraftTable
from recsys.draft.guesses import values_counted
from recsys.draft.moments import add_clock
from recsys.draft.profiling import leftover
from recsys.draft.value_fit import fit
from recsys.draft.words import listed, tokens
from recsys.storage.names import quoted, text

LIST_TYPES = ("discover", "buy_again", "next_basket")
FEW = 3
"""Values of a column that are shown in an example."""


def refine_exposures(table: DraftTable) -> None:
    """Find the list of an exposure by the values of a column, and clicks in columns of yes and no.

    A column that is only called like a place of lists isn't used: its values are no lists until
    the shop says which is which.
    """
    add_clock(table, "shown_at")
    _add_list(table)
    _add_clicks(table)


def _add_list(table: DraftTable) -> None:
    left = _left(table)
    for column in left:
        if column.values and all(_list_type(value) for value in column.values):
            evidence = f"names of lists; {values_counted(column.distinct)}"
            _add(table, DraftColumn("list_type", column.name, evidence), column)
            return
    words = listed("places of lists")
    for column in left:
        if set(column.parsed_name.words) & words and column.present and column.numbers.share < 1:
            examples = " ".join(
                f"when {text(value)} then '{LIST_TYPES[0]}'" for value, _ in column.common[:FEW]
            )
            table.doubts.append(
                f"'{column.name}' may say in which list something was shown, but its values aren't "
                f"{', '.join(LIST_TYPES)}: without list_type a line counts for each list that the "
                f"product stood in. Say which is which with  list_type: "
                f'"case {column.name} {examples} end"'
            )
            return


def _list_type(value: str) -> bool:
    return "_".join(tokens(value)) in LIST_TYPES


def _add_clicks(table: DraftTable) -> None:
    shown = table.column("shown_at")
    if table.column("clicked_at") or shown is None or shown.source == MISSING:
        return
    for column in _left(table):
        if "clicked" in column.parsed_name.known and fit("is_return", column) > 0:
            at = quoted(shown.source) if table.given("shown_at") else shown.source
            clicked = f"try_cast(cast({quoted(column.name)} as varchar) as boolean)"
            made = DraftColumn(
                "clicked_at",
                f"case when {clicked} then {at} end",
                f"{column.name}: {', '.join(value for value, _ in column.common[:FEW])}",
                "when it was clicked isn't known: the time at which it was shown stands for it",
            )
            _add(table, made, column)
            return


def _left(table: DraftTable) -> list[ColumnProfile]:
    return leftover(table.profile, [column.source for column in table.columns])


def _add(table: DraftTable, made: DraftColumn, column: ColumnProfile) -> None:
    table.columns.append(made)
    table.take(column.name)
