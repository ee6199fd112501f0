"""Columns that name another id of the same kind: parents of sizes, merged customers."""

from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import Draft, DraftColumn, DraftTable
from recsys.draft.guesses import guess, values_counted
from recsys.draft.profiling import leftover, share_found

POINTING = {"products": ("product_id", "recommend_as"), "customers": ("customer_id", "merged_into")}
"""By table: its key, and our column that names another key."""
LEAST_FOUND = 0.8
"""Share of the values that must be such ids, or they name something else."""


def add_pointing(draft: Draft, table: DraftTable) -> None:
    """Take a column for `recommend_as` or `merged_into` whose values are ids of the shop."""
    key, target = POINTING[table.name]
    own = table.given(key)
    if own is None or table.column(target):
        return
    ids = [(one.profile, of.name) for one in draft.tables if (of := one.given(key))]
    others = [column.source for column in table.columns if column.target != target]
    for column in leftover(table.profile, others):
        found = guess(column).get(target)
        if found is None or column is own:
            continue
        share = max(share_found((table.profile, column.name), one) for one in ids)
        table.left_out = [said for said in table.left_out if not _is_of(said, column)]
        if share < LEAST_FOUND and table.profile.is_whole:
            table.left_out.append(
                f"{column.name}: {100 * share:.0f} % of its values are {key}s, the others name "
                "something else"
            )
            continue
        evidence = f"{found.by_name}; {values_counted(column.distinct)}"
        table.columns = [
            *(c for c in table.columns if c.source != column.name),
            DraftColumn(target, column.name, f"{evidence}; {100 * share:.0f} % of them {key}s"),
        ]
        return


def _is_of(said: str, column: ColumnProfile) -> bool:
    return said == column.name or said.startswith(f"{column.name}: ")
