with

folds as (select * from {{ ref('int_folds') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

events as (select * from {{ ref('int_events') }} where is_interest),

known as (
    select
        folds.fold,
        events.product_key,
        count(distinct events.customer_key) as customers,
        count(*) as orders
    from folds
    inner join events
        on folds.cutoff_at > events.occurred_at or (folds.purpose = 'serve' and events.occurred_at is null)
    where {{ kept_at('events', 'folds.cutoff_at') }}
    group by folds.fold, events.product_key
)

select
    fold_products.fold,
    fold_products.product_id,
    fold_products.customers,
    known.customers as known_customers,
    fold_products.orders,
    known.orders as known_orders,
    fold_products.last_sold_at
from fold_products
left join folds on fold_products.fold = folds.fold
left join known on fold_products.fold = known.fold and fold_products.product_key = known.product_key
where
    fold_products.last_sold_at >= folds.cutoff_at
    or fold_products.customers is distinct from known.customers
    or fold_products.orders is distinct from known.orders
