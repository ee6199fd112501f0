{# A week is one of a promotion if it holds on so many of its days, in so large a share of the stores. #}
{% set least_days = 4 %}
{% set least_share = 0.5 %}

with

promotions as (select * from {{ ref('int_promotions') }}),

span as (select * from {{ ref('int_known_weeks') }}),

named_stores as (select distinct unnest(store_keys) as store_key from promotions),

stores as (select greatest(count(*), 1) as stores from named_stores),

lasting as (
    select
        promotions.product_key,
        promotions.starts,
        least(promotions.ends, cast(span.last_week + interval 6 day as date)) as ends,
        coalesce(len(promotions.store_keys), stores.stores) / stores.stores as store_share
    from promotions
    cross join span
    cross join stores
),

by_week as (
    select
        *,
        unnest(
            generate_series(date_trunc('week', cast(starts as timestamp)), cast(ends as timestamp), interval 7 day)
        ) as monday
    from lasting
)

select
    product_key,
    monday
from by_week
where least(ends, cast(monday as date) + 6) - greatest(starts, cast(monday as date)) + 1 >= {{ least_days }}
group by product_key, monday
having sum(store_share) >= {{ least_share }}
