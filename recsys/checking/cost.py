"""About what a build costs: it follows the candidates, customers times products ranked for each."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from recsys.checking.questions import ask_one

CPU_SECONDS_AT_LEAST = 20
CPU_SECONDS_PER_CANDIDATE = 5.3e-6
CPU_SECONDS_PER_LINE = 110e-6
DISK_BYTES_PER_CANDIDATE = 22
DISK_BYTES_PER_LINE = 620
DISK_BYTES_PER_CUSTOMER = 15_000
"""Fitted to three shops of docs/performance.md: the default one and two web shops."""

ALWAYS_BUILT = 2
"""Popularity and buy_again, beside those that the setting `recommenders` names."""

CANDIDATES = """
with catalogue as (
    select folds.fold, count(products.product_key) as products
    from intermediate.int_folds as folds
    left join intermediate.int_fold_products as products
        on folds.fold = products.fold and products.in_catalogue
    group by folds.fold
),

customers as (
    select
        fold,
        products
    from intermediate.int_fold_customers
    union all
    -- today's are served in blocks, and no table keeps what is ranked for them
    select
        fold,
        count(*) filter (where is_learned_from) as products
    from intermediate.int_interactions
    where fold = 'serving' and orders > 0
    group by fold, customer_key
    having products > 0
),

ranked as (
    select
        customers.fold <> 'serving' as is_kept,
        least(
            settings.candidates_per_customer,
            greatest(catalogue.products - customers.products, 0)
        ) + least(settings.candidates_per_customer, customers.products) as products,
        len(string_split(settings.recommenders, ',')) + ? as recommenders
    from customers
    inner join catalogue on customers.fold = catalogue.fold
    cross join staging.stg_settings as settings
)

select
    count(*) as ranked_customers,
    coalesce(sum(products * recommenders), 0)::bigint as candidates,
    coalesce(sum(products * recommenders) filter (where is_kept), 0)::bigint as kept_candidates,
    count(*) filter (where not is_kept) as served_customers,
    (select count(*) from staging.stg_purchases) as lines
from ranked
"""


@dataclass(frozen=True)
class Cost:
    """About what a build takes, on one core."""

    ranked_customers: int
    """Customers that are ranked for, those of each fold counted again."""
    candidates: int
    """At most so many rows: each recommender's products of each of them."""
    kept_candidates: int
    """Those of past folds, which are tables; of today's only what is served is kept."""
    cpu_seconds: float
    disk_bytes: float
    """At the build's peak."""


def estimated(connection: duckdb.DuckDBPyConnection) -> Cost:
    """Return about what a build of the checked shop takes."""
    found = ask_one(connection, CANDIDATES, ALWAYS_BUILT)
    candidates, kept, lines = found["candidates"], found["kept_candidates"], found["lines"]
    return Cost(
        ranked_customers=found["ranked_customers"],
        candidates=candidates,
        kept_candidates=kept,
        cpu_seconds=CPU_SECONDS_AT_LEAST
        + CPU_SECONDS_PER_CANDIDATE * candidates
        + CPU_SECONDS_PER_LINE * lines,
        disk_bytes=DISK_BYTES_PER_CANDIDATE * kept
        + DISK_BYTES_PER_LINE * lines
        + DISK_BYTES_PER_CUSTOMER * found["served_customers"],
    )
