"""Columns that name another id of the same kind: parents of sizes, merged customers."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from recsys.draft.choosing import leftover
from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import Draft, DraftColumn, DraftTable
from recsys.draft.guesses import guess, values_counted
from recsys.draft.profiling import FileProfile, share_found

POINTING = {"products": ("product_id", "recommend_as"), "customers": ("customer_id", "merged_into")}
"""By table: its key, and our column that names another key."""
LEAST_FOUND = 0.8
"""Share of the values that must be such ids, or they name something else."""


def add_pointing(
    connection: duckdb.DuckDBPyConnection,
    draft: Draft,
    table: DraftTable,
    profiles: Mapping[str, FileProfile],
) -> None:
    """Take a column for `recommend_as` or `merged_into` whose values are ids of the shop."""
    profile = profiles[table.name]
    key, target = POINTING[table.name]
    source = table.source(key)
    if source not in {column.name for column in profile.columns} or table.column(target):
        return
    for column in leftover(profile, [c.source for c in table.columns if c.target != target]):
        found = guess(column).get(target)
        if found is None or column.name == source:
            continue
        share = max(
            share_found(connection, (profile, column.name), (profiles[other.name], ids))
            for other in draft.tables
            if (ids := str(other.source(key))) in {c.name for c in profiles[other.name].columns}
        )
        table.left_out = [said for said in table.left_out if not _is_of(said, column)]
        if share < LEAST_FOUND and profile.is_whole:
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
