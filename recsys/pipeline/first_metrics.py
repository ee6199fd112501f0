"""The leaderboard of a build that still runs: each recommender's NDCG@10 as soon as it is made.

Of the list `discover`, whose candidates are ranked when they are made: the value is the one that
`marts.model_metrics` will have. Nothing else of the build reads it.
"""

from __future__ import annotations

import contextlib
from typing import Any

import duckdb

from recsys.storage.names import quoted

NDCG = """
with judged as (
    select max(fold) as fold from intermediate.int_folds where purpose = 'judge'
),
relevant as (
    select held_out.customer_key, held_out.product_key
    from intermediate.int_held_out as held_out
    semi join judged on held_out.fold = judged.fold
    semi join intermediate.int_fold_customers as ranked_for
        on
            held_out.fold = ranked_for.fold
            and held_out.customer_key = ranked_for.customer_key
    where held_out.is_new
),
ideals as (
    select
        customer_key, list_sum([1 / log2(n + 1) for n in range(1, least(10, count(*)) + 1)]) as dcg
    from relevant
    group by customer_key
),
gains as (
    select relevant.customer_key, sum(1 / log2(candidates.rank_in_group + 1)) as dcg
    from relevant
    inner join {candidates} as candidates
        on
            relevant.customer_key = candidates.customer_key
            and relevant.product_key = candidates.product_key
    semi join judged on candidates.fold = judged.fold
    where candidates.is_new and candidates.rank_in_group <= 10
    group by relevant.customer_key
)
select avg(coalesce(gains.dcg, 0) / ideals.dcg)
from ideals
left join gains on ideals.customer_key = gains.customer_key
where exists (select 1 from {candidates} as any_candidates where any_candidates.is_new)
"""


def first_ndcg(connection: duckdb.DuckDBPyConnection, model: str) -> float | None:
    """Return a recommender's NDCG@10 on the last judged fold; None where there is none.

    Parameters
    ----------
    connection
        To the database that a build works on.
    model
        A candidates table of the schema `recommenders`, such as `rec_ease`.

    """
    sql = NDCG.format(candidates=f"recommenders.{quoted(model)}")
    [(value,)] = connection.execute(sql).fetchall()
    return None if value is None else float(value)


def first_ndcg_of_running_build(model: str) -> float | None:
    """Return the same of the build that runs in this process; whatever is in the way, None."""
    # Imported here: dbt takes seconds to load, and only a build needs it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    with contextlib.suppress(Exception):
        environment: Any = DuckDBConnectionManager._ENV  # it has no public name
        with environment.conn.cursor() as cursor:
            return first_ndcg(cursor, model)
    return None
