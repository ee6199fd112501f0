with

folds as (select * from {{ ref('int_folds') }}),

products as (select * from {{ ref('int_products') }} where not is_excluded),

events as (select * from {{ ref('int_events') }} where customer_key is not null and is_interest),

settings as (select * from {{ ref('stg_settings') }}),

-- an order counts once per category, however many of its products it holds
category_orders as (
    select
        events.customer_key,
        coalesce(products.category, products.department) as category,
        events.order_key,
        min(events.occurred_at) as occurred_at,
        -- it counts until the last of them has come back
        max(coalesce(events.returned_at, timestamp 'infinity')) as kept_until
    from events
    inner join products on events.product_key = products.product_key
    where coalesce(products.category, products.department) is not null
    group by events.customer_key, coalesce(products.category, products.department), events.order_key
),

aged as (
    select
        folds.fold,
        category_orders.customer_key,
        category_orders.category,
        {{ days_between('category_orders.occurred_at', 'folds.cutoff_at') }} as age
    from folds
    inner join category_orders
        on
            folds.cutoff_at > category_orders.occurred_at
            or (category_orders.occurred_at is null and folds.purpose = 'serve')
    where category_orders.kept_until >= folds.cutoff_at
),

history as (
    select
        aged.fold,
        aged.customer_key,
        aged.category,
        count(*) as orders,
        count(*) filter (where aged.age <= settings.label_window_days) as orders_one_window,
        count(*) filter (where aged.age <= 3 * settings.label_window_days) as orders_three_windows,
        -- an order without a date says nothing of lately
        {{ exact_sum('coalesce(power(0.5, aged.age / (3 * settings.label_window_days)), 0)') }} as decayed_orders,
        min(aged.age) as days_since_last,
        (max(aged.age) - min(aged.age)) / nullif(count(*) - 1, 0) as usual_interval
    from aged
    cross join settings
    group by aged.fold, aged.customer_key, aged.category, settings.label_window_days
)

select * from history
