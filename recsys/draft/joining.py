"""Which columns of two tables join best, and which columns refer to other ids of the shop."""

from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import Draft, DraftColumn, DraftTable
from recsys.draft.guesses import guess, ranked, values_counted
from recsys.draft.profiling import FileProfile, leftover, share_found

MOST_FOUND = 0.9
FEW_FOUND = 0.5
LEAST_CERTAIN = 0.3

JOINS = (
    ("purchases", "products", "product_id"),
    ("ratings", "products", "product_id"),
    ("purchases", "customers", "customer_id"),
    ("ratings", "customers", "customer_id"),
    ("ratings", "purchases", "product_id"),
    ("promotions", "products", "product_id"),
    ("promotions", "purchases", "product_id"),
    ("purchases", "stores", "store_id"),
    ("promotions", "stores", "store_id"),
    ("assortment", "products", "product_id"),
    ("assortment", "purchases", "product_id"),
    ("assortment", "stores", "store_id"),
    ("exposures", "purchases", "customer_id"),
    ("exposures", "ratings", "customer_id"),
    ("exposures", "products", "product_id"),
)
"""Ids of which table are looked for in which other one."""
POINTING = {"products": ("product_id", "recommend_as"), "customers": ("customer_id", "merged_into")}
"""By table: its key, and our column that names another key."""
LEAST_FOUND = 0.8
"""Share of the values that must be such ids."""


def check_joins(draft: Draft) -> None:
    """Say of each pair of tables how many ids join; choose other columns where they join better."""
    for table_name, other_name, key in JOINS:
        table, other = draft.table(table_name), draft.table(other_name)
        if table is None or other is None:
            continue
        # an expression may clean a key: e-mail addresses
        mine, theirs = table.inside(key)[:1], other.inside(key)[:1]
        if not mine or not theirs:
            continue
        columns = [mine[0].name, theirs[0].name]
        share = share_found((table.profile, columns[0]), (other.profile, columns[1]))
        better = None
        if share < FEW_FOUND and other_name in {"products", "customers"}:
            better = _better(key, table.profile, other.profile, share)
        if better is not None:
            *columns, share = better
            for side, source in zip((table, other), columns, strict=True):
                _replace(side, key, source)
        _say(table, other, key, share)


def _better(
    key: str, profile: FileProfile, other: FileProfile, share: float
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
            found = share_found((profile, pair[0]), (other, pair[1]))
            if found > max(share + 0.3, best[2] if best else 0.0):
                best = (*pair, found)
    return best


def _replace(table: DraftTable, key: str, source: str) -> None:
    for column in table.columns:
        if column.target == key and column.source != source:
            column.doubt = f"'{column.source}' is named like it, too, but joins with fewer"
            column.evidence = f"{table.profile.column(source).distinct:,} different values"
            column.source = source


def _say(table: DraftTable, other: DraftTable, key: str, share: float) -> None:
    mine, theirs = table.column(key), other.column(key)
    if mine is None or theirs is None:
        return
    looked = "" if other.profile.is_whole else f"{other.profile.rows:,} lines of "
    percent = f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else "under 1 %"
    if share >= MOST_FOUND:  # columns that join well aren't replaced
        for joined in (mine, theirs):
            if joined.doubt.startswith("or is it"):
                joined.doubt = ""
    is_enough = share >= FEW_FOUND or (
        share > 0 and (not other.profile.is_whole or other.name == "customers")
    )
    if is_enough:
        mine.evidence += f"; {percent} of them are in {looked}{other.file.label}"
        return
    said = f"{percent} of its values are in {other.file.label} ('{theirs.source}')"
    mine.mark(f"{said}: are these the same ids?")


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
