"""How the lists of two builds differ."""

# ruff: noqa: S608 - names are the project's own
from __future__ import annotations

from pathlib import Path
from typing import Any

from recsys.reading.ranked_tables import ListType
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
            relation = connection.sql(_CHANGES, params={"list_types": list(ListType)})
            names = relation.columns
            return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    finally:
        scratch.close()


_CHANGES = f"""
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
),

lists as (
    select
        list_type,
        customer_id,
        count(rank_before) as places_before,
        count(rank_after) as places_after,
        count(*) filter (where rank_before is not null and rank_after is not null) as kept,
        bool_or(rank_before is distinct from rank_after) as is_changed
    from places
    group by list_type, customer_id
)

select
    list_type,
    count(*) filter (where places_before > 0) as customers_before,
    count(*) filter (where places_after > 0) as customers_after,
    count(*) filter (where is_changed) as customers_changed,
    sum(kept) / nullif(sum(places_before), 0) as kept_share
from lists
group by list_type
order by list_position($list_types, list_type)
"""
