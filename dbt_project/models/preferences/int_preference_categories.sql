with

history as (select * from {{ ref('int_category_history') }}),

interactions as (select * from {{ ref('int_interactions') }} where orders > 0),

settings as (select * from {{ ref('stg_settings') }}),

counted as (
    select
        history.fold,
        history.category,
        count(*) as customers,
        count(*) filter (where history.orders_one_window > 0) as customers_one_window,
        count(*) filter (where history.orders_three_windows > 0) as customers_three_windows,
        count(*) filter (where history.days_since_last <= settings.popularity_window_days) as recent_customers
    from history
    cross join settings
    group by history.fold, history.category
),

shop_counts as (
    select
        fold,
        count(distinct customer_key) as customers
    from interactions
    group by fold
),

ranked as (
    select
        counted.fold,
        counted.category,
        counted.customers,
        counted.recent_customers,
        counted.customers / shop_counts.customers as buyer_share,
        counted.customers_three_windows / shop_counts.customers as buyer_share_three_windows,
        -- half a buyer and half a non-buyer are added, so that no probability is 0 or 1
        (counted.customers_one_window + 0.5) / (shop_counts.customers + 1) as base_rate,
        row_number() over (
            partition by counted.fold order by counted.customers desc, counted.category asc
        ) as category_rank
    from counted
    inner join shop_counts on counted.fold = shop_counts.fold
),

categories as (
    select ranked.*
    from ranked
    cross join settings
    where ranked.category_rank <= settings.preference_categories
)

select * from categories
