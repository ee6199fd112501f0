{{ config(materialized='view') }}

-- No other model joins folds with the events of their label windows.
with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'serve'),

events as (select * from {{ ref('int_events') }} where is_interest),

labels as (
    select
        folds.fold,
        folds.purpose,
        events.customer_key,
        events.product_key,
        events.order_key,
        events.occurred_at,
        events.quantity,
        events.amount,
        events.store_key
    from folds
    inner join events
        on folds.cutoff_at <= events.occurred_at and folds.label_until > events.occurred_at
    -- what came back within the window wasn't wanted after all; what comes back later can't be known
    where {{ kept_at('events', 'folds.label_until') }}
)

select * from labels
