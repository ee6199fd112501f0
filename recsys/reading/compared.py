"""How the lists of two builds differ."""

# ruff: noqa: S608 - names are the project's own
from __future__ import annotations

from pathlib import Path
from typing import Any

from recsys.reading.ranked_tables import ListType
from recsys.settings.macros import read_macros
from recsys.storage.connections import connect
from recsys.storage.names import text
from recsys.storage.scratch import Scratch

_LISTS = "marts.recommendations"


def list_changes(before: Path, after: Path) -> list[dict[str, Any]]:
    """Return how much of each list of the one build is in that of the other.

    Returns
    -------
    list
        A row for each list of either build: list_type, customers_before, customers_after,
        customers_changed (with other products, or in another order, or in one build alone), and
        kept_share, the share of places of `before` whose product is in the customer's list of
        `after`; null where there was no place.

    """
    scratch = Scratch()
    try:
        with connect(spill=scratch.spill) as connection:
            for name, file in (("before", before), ("after", after)):
                connection.execute(f"attach {text(str(file))} as {name}_build (read_only)")
            relation = connection.sql(_changes(), params={"list_types": list(ListType)})
            names = relation.columns
            return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    finally:
        scratch.close()


def _changes() -> str:
    return f"""
        with places as (
            select
                coalesce(was.list_type, now.list_type) as list_type,
                coalesce(was.customer_id, now.customer_id) as customer_id,
                was.rank as rank_before,
                now.rank as rank_after
            from before_build.{_LISTS} as was
            full outer join after_build.{_LISTS} as now
                on was.list_type = now.list_type
                and was.customer_id = now.customer_id
                and was.product_id = now.product_id
        )
        from ({read_macros({})["list_differences"]("places")})
        order by list_position($list_types, list_type)
    """
