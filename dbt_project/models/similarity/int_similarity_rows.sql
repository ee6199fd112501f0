{{ config(materialized='view') }}

with

training_rows as (select * from {{ ref('int_training_rows') }}),

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

events as (select * from {{ ref('int_known_events') }} where is_interest and is_kept),

fold_products as (select * from {{ ref('int_fold_products') }} where is_learned_from),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- products are alike by the orders they share where nobody is named
order_rows as (
    select
        folds.fold,
        cast(events.order_key as varchar) as customer_id,
        fold_products.product_id,
        cast(null as double) as rating,
        {{ decayed('events.occurred_at', 'events.cutoff_at', 'settings.decay_half_life_days') }} as weight,
        fold_products.in_catalogue
    from folds
    inner join events on folds.fold = events.fold
    inner join fold_products
        on events.fold = fold_products.fold and events.product_key = fold_products.product_key
    cross join settings
    cross join counting_unit
    where counting_unit.counts_orders
)

select
    training_rows.fold,
    training_rows.customer_id,
    training_rows.product_id,
    training_rows.rating,
    training_rows.weight,
    training_rows.in_catalogue
from training_rows
cross join counting_unit
where not counting_unit.counts_orders
union all
select * from order_rows
