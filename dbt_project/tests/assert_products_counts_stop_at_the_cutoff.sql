with

folds as (select * from {{ ref('int_folds') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

events as (select * from {{ ref('int_events') }} where is_interest),

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

seen as (
    select
        folds.fold,
        events.product_key,
        case when counting_unit.counts_orders then events.order_key else events.customer_key end as buyer_key,
        {{ days_between('events.occurred_at', 'folds.cutoff_at') }} as days_before
    from folds
    inner join events
        on folds.cutoff_at > events.occurred_at or (folds.purpose = 'serve' and events.occurred_at is null)
    cross join counting_unit
    where {{ kept_at('events', 'folds.cutoff_at') }}
),

known as (
    select
        seen.fold,
        seen.product_key,
        count(distinct seen.buyer_key) as customers,
        count(*) as orders,
        count(distinct case when seen.days_before <= settings.popularity_window_days then seen.buyer_key end)
            as recent_customers,
        count(case when seen.days_before <= 14 then 1 end) as orders_14d,
        count(case when seen.days_before <= 42 then 1 end) as orders_42d
    from seen
    cross join settings
    group by seen.fold, seen.product_key
)

select
    fold_products.fold,
    fold_products.product_id,
    fold_products.customers,
    known.customers as known_customers,
    fold_products.orders,
    known.orders as known_orders,
    fold_products.recent_customers,
    known.recent_customers as known_recent_customers,
    fold_products.last_sold_at
from fold_products
left join folds on fold_products.fold = folds.fold
left join known on fold_products.fold = known.fold and fold_products.product_key = known.product_key
where
    fold_products.last_sold_at >= folds.cutoff_at
    or fold_products.customers is distinct from known.customers
    or fold_products.orders is distinct from known.orders
    or fold_products.recent_customers is distinct from known.recent_customers
    or fold_products.orders_14d is distinct from known.orders_14d
    or fold_products.orders_42d is distinct from known.orders_42d
    or abs(fold_products.trend - (known.orders_14d + 1) / (known.orders_42d / 3.0 + 1)) > 1e-9
