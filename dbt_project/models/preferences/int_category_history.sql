with

products as (select * from {{ ref('int_products') }} where not is_excluded),

settings as (select * from {{ ref('stg_settings') }}),

-- nobody asks for the history of others: a past fold predicts for a sample of the customers
customers as (
    select
        fold,
        customer_key
    from {{ ref('int_fold_customers') }}
    union all
    select
        fold,
        customer_key
    from {{ ref('int_cold_customers') }}
),

events as (
    select events.*
    from {{ ref('int_known_events') }} as events
    semi join customers on events.fold = customers.fold and events.customer_key = customers.customer_key
),

aged as (
    {{ category_orders() }}
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
