{{ config(materialized='view') }}

-- depends_on: {{ ref('int_fit') }}
-- where another fit is due, nothing is computed of folds

-- No other model joins folds with the events that they know of; int_fold_rfm joins lines, since returned money
-- has its own day. This one is a view: its rows are as many as the events times the folds, and each model
-- reads the part that it needs.
with

folds as (select * from {{ ref('int_folds') }}),

events as (select * from {{ ref('int_events') }}),

known as (
    select
        folds.fold,
        folds.cutoff_at,
        events.customer_key,
        events.product_key,
        events.order_key,
        events.occurred_at,
        events.quantity,
        events.amount,
        events.unit_price,
        events.discount,
        events.store_key,
        events.is_interest,
        -- when it comes back later, nobody knows yet
        {{ kept_at('events', 'folds.cutoff_at') }} as is_kept,
        {{ days_between('events.occurred_at', 'folds.cutoff_at') }} as age_days
    from folds
    inner join events on {{ known_at('folds', 'events.occurred_at') }}
)

select * from known
