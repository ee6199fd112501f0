"""Whether the ids of one table are found in another, and by which columns they join best."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from recsys.draft.draft import Draft, DraftTable
from recsys.draft.guesses import ranked
from recsys.draft.profiling import FileProfile, quoted, share_found

MOST_FOUND = 0.9
FEW_FOUND = 0.5
LEAST_CERTAIN = 0.3

JOINS = (
    ("purchases", "products", "product_id"),
    ("ratings", "products", "product_id"),
    ("purchases", "customers", "customer_id"),
    ("ratings", "customers", "customer_id"),
    ("ratings", "purchases", "product_id"),
)
"""Whose ids are looked for where."""


def check_joins(
    connection: duckdb.DuckDBPyConnection, draft: Draft, profiles: Mapping[str, FileProfile]
) -> None:
    """Say of each pair of tables how many ids join; choose other columns where they join better."""
    for table_name, other_name, key in JOINS:
        table, other = draft.table(table_name), draft.table(other_name)
        if table is None or other is None:
            continue
        profile, other_profile = profiles[table_name], profiles[other_name]
        mine, theirs = _column(table, key, profile), _column(other, key, other_profile)
        if mine is None or theirs is None:
            continue
        share = share_found(connection, (profile, mine), (other_profile, theirs))
        better = None
        if share < FEW_FOUND and other_name in {"products", "customers"}:
            better = _better(connection, key, profile, other_profile, share)
        if better is not None:
            mine, theirs, share = better
            _replace(table, key, mine, profile)
            _replace(other, key, theirs, other_profile)
        _say(table, other, key, share, other_profile)


def _column(table: DraftTable, key: str, profile: FileProfile) -> str | None:
    """Return the first column behind a key, which an expression may clean: e-mail addresses."""
    source = table.source(key) or ""
    names = [column.name for column in profile.columns]
    if source in names:
        return source
    inside = {source.find(quoted(name)): name for name in names if quoted(name) in source}
    return inside[min(inside)] if inside else None


def _better(
    connection: duckdb.DuckDBPyConnection,
    key: str,
    profile: FileProfile,
    other: FileProfile,
    share: float,
) -> tuple[str, str, float] | None:
    """Return the pair of columns that join best, where it's clearly better than `share`."""
    best = None
    for mine in ranked(profile.columns, key)[:4]:
        for theirs in ranked(other.columns, key)[:4]:
            if min(mine.certainty, theirs.certainty) < LEAST_CERTAIN:
                continue
            if theirs.column.uniqueness < 0.9:
                continue
            pair = (mine.column.name, theirs.column.name)
            found = share_found(connection, (profile, pair[0]), (other, pair[1]))
            if found > max(share + 0.3, best[2] if best else 0.0):
                best = (*pair, found)
    return best


def _replace(table: DraftTable, key: str, source: str, profile: FileProfile) -> None:
    for column in table.columns:
        if column.target == key and column.source != source:
            column.doubt = f"'{column.source}' is named like it, too, but joins with fewer"
            column.evidence = f"{profile.column(source).distinct:,} different values"
            column.source = source


def _say(
    table: DraftTable, other: DraftTable, key: str, share: float, profile: FileProfile
) -> None:
    column = next(column for column in table.columns if column.target == key)
    looked = "" if profile.is_whole else f"{profile.rows:,} lines of "
    percent = f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else "under 1 %"
    if share >= MOST_FOUND:  # ids that join need no other
        for side in (table, other):
            for joined in side.columns:
                if joined.target == key and joined.doubt.startswith("or is it"):
                    joined.doubt = ""
    if share >= FEW_FOUND:
        column.evidence += f"; {percent} of them are in {looked}{other.file.label}"
        return
    if not profile.is_whole and share > 0:
        column.evidence += f"; {percent} of them are in {looked}{other.file.label}"
        return
    if other.name == "customers" and share > 0:
        column.evidence += f"; {percent} of them are in {looked}{other.file.label}"
        return
    said = f"{percent} of its values are in {other.file.label} ('{other.source(key)}')"
    column.doubt = "; ".join(filter(None, [column.doubt, f"{said}: are these the same ids?"]))
