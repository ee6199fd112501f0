"""Products without an id in some lines, where their names can stand for it."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.draft.draft import DraftTable
from recsys.storage.names import quoted

NAMED = 0.95
"""Share of the lines without an id that have a name."""
MOST_BLANK = 0.5


def name_blank_ids(table: DraftTable) -> None:
    """Use the product's name as its id in lines without an id, so that they count as sold."""
    product, ids, names = (
        table.column("product_id"),
        table.given("product_id"),
        table.given("title"),
    )
    if product is None or ids is None or names is None:
        return
    blank = f"nullif({ids.text}, '') is null"
    lines = f"{table.profile.sample}" + (f" where {table.where}" if table.where else "")
    empty, named = table.profile.ask(
        f"select avg(({blank})::int), avg((nullif({names.text}, '') is not null)::int) "
        f"filter ({blank}) from {lines}"
    )
    if not 0 < (empty or 0) <= MOST_BLANK or named < NAMED:
        return
    share = f"{100 * empty:.0f} %" if empty >= 0.01 else "under 1 %"
    product.mark(f"{share} of the lines have no '{ids.name}': the name stands for it there")
    own = quoted(ids.name)
    own = f"nullif(trim({own}), '')" if ids.type == "VARCHAR" else f"cast({own} as varchar)"
    product.source = f"coalesce({own}, {quoted(names.name)})"
