"""Products without an id in some lines, where their names can stand for it."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.draft.draft import DraftTable
from recsys.shop.names import quoted

NAMED = 0.95
"""Share of the lines without an id that have a name."""
MOST_BLANK = 0.5


def name_blank_ids(table: DraftTable) -> None:
    """Let the name stand for the product in lines that have no id of it: they were sold, too."""
    product, title = table.column("product_id"), table.source("title")
    names = {column.name for column in table.profile.columns}
    if product is None or title is None or not {product.source, title} <= names:
        return
    blank, name = (
        f"nullif(trim(cast({quoted(source)} as varchar)), '')" for source in (product.source, title)
    )
    lines = f"{table.profile.sample}" + (f" where {table.where}" if table.where else "")
    (empty, named) = table.profile.ask(
        f"select avg(({blank} is null)::int), avg(({name} is not null)::int) "
        f"filter ({blank} is null) from {lines}"
    )
    if not 0 < (empty or 0) <= MOST_BLANK or named < NAMED:
        return
    share = f"{100 * empty:.0f} %" if empty >= 0.01 else "under 1 %"
    product.doubt = "; ".join(
        filter(
            None,
            [
                product.doubt,
                f"{share} of the lines have no '{product.source}': the name stands for it there",
            ],
        )
    )
    own = quoted(product.source)
    is_text = table.profile.column(product.source).type == "VARCHAR"
    own = f"nullif(trim({own}), '')" if is_text else f"cast({own} as varchar)"
    product.source = f"coalesce({own}, {quoted(title)})"
