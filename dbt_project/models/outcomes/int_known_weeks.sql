{{ config(materialized='view') }}

with

promotions as (select * from {{ ref('int_promotions') }}),

events as (
    select * from {{ ref('int_events') }}
    where is_interest and order_key is not null and returned_at is null
),

known as (
    select
        cast(min(starts) as timestamp) as first_day,
        cast(max(coalesce(ends, date '9999-01-01')) as timestamp) as last_day
    from promotions
)

select
    date_trunc(
        'week', greatest(min(events.occurred_at), any_value(known.first_day)) + interval 6 day
    ) as first_week,
    date_trunc('week', least(max(events.occurred_at), any_value(known.last_day)) + interval 1 day)
    - interval 7 day as last_week
from events
cross join known
