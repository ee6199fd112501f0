with

folds as (select * from {{ ref('int_customer_folds') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

cold_customers as (select * from {{ ref('int_cold_customers') }}),

hashed as (select * from {{ ref('int_customers') }}),

categories as (select * from {{ ref('int_preference_categories') }}),

history as (select * from {{ ref('int_category_history') }}),

rfm as (select * from {{ ref('int_fold_rfm') }}),

products as (select * from {{ ref('int_products') }} where not is_excluded),

events as (
    select * from {{ ref('int_known_events') }}
    where customer_key is not null and is_interest and is_kept
),

label_events as (select * from {{ ref('int_label_events') }} where customer_key is not null),

settings as (select * from {{ ref('stg_settings') }}),

customers as (
    select
        fold,
        customer_key,
        sample_weight,
        true as has_history
    from fold_customers
    union all
    select
        fold,
        customer_key,
        null as sample_weight,
        false as has_history
    from cold_customers
),

activity as (
    select
        events.fold,
        events.customer_key,
        count(distinct events.order_key) as orders,
        count(distinct events.order_key) filter (
            where events.occurred_at >= events.cutoff_at - settings.label_window_days * interval 1 day
        ) as orders_one_window,
        count(distinct events.order_key) filter (
            where events.occurred_at >= events.cutoff_at - 3 * settings.label_window_days * interval 1 day
        ) as orders_three_windows,
        min(events.age_days) as days_since_last,
        max(events.age_days) as days_since_first
    from events
    semi join customers on events.fold = customers.fold and events.customer_key = customers.customer_key
    cross join settings
    group by events.fold, events.customer_key
),

labels as (
    select distinct
        label_events.fold,
        label_events.customer_key,
        coalesce(products.category, products.department) as category
    from label_events
    inner join products on label_events.product_key = products.product_key
),

features as (
    select
        customers.fold,
        customers.customer_key,
        hashed.customer_hash,
        categories.category,
        customers.has_history,
        customers.sample_weight,
        case when folds.purpose <> 'serve' then labels.category is not null end as is_bought,
        categories.base_rate,
        categories.buyer_share,
        categories.buyer_share_three_windows,
        activity.orders as customer_orders,
        activity.orders_one_window as customer_orders_one_window,
        activity.orders_three_windows as customer_orders_three_windows,
        activity.days_since_last as customer_days_since_last,
        activity.days_since_first as customer_days_since_first,
        cast(rfm.spend as double) / rfm.orders as customer_spend_per_order,
        rfm.categories as customer_categories,
        coalesce(history.orders, 0) as orders,
        coalesce(history.orders_one_window, 0) as orders_one_window,
        coalesce(history.orders_three_windows, 0) as orders_three_windows,
        coalesce(history.decayed_orders, 0) as decayed_orders,
        history.days_since_last,
        history.usual_interval,
        coalesce(history.orders, 0) / nullif(activity.orders, 0) as orders_share
    from customers
    inner join hashed on customers.customer_key = hashed.customer_key
    inner join folds on customers.fold = folds.fold
    inner join categories on customers.fold = categories.fold
    left join activity on customers.fold = activity.fold and customers.customer_key = activity.customer_key
    left join rfm on customers.fold = rfm.fold and customers.customer_key = rfm.customer_key
    left join history
        on
            customers.fold = history.fold
            and customers.customer_key = history.customer_key
            and categories.category = history.category
    left join labels
        on
            customers.fold = labels.fold
            and customers.customer_key = labels.customer_key
            and categories.category = labels.category
)

select * from features
