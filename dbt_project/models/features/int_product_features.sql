with

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue and {{ is_made('fold') }}),

interactions as (select * from {{ ref('int_interactions') }} where {{ is_made('fold') }}),

events as (
    select * from {{ ref('int_known_events') }}
    where customer_key is not null and is_interest and is_kept and {{ is_made('fold') }}
),

settings as (select * from {{ ref('stg_settings') }}),

aged as (
    select
        events.fold,
        events.product_key,
        events.customer_key,
        events.amount,
        events.discount,
        settings.label_window_days,
        coalesce(events.age_days, settings.label_window_days) as age
    from events
    cross join settings
),

of_customers as (
    select
        fold,
        product_key,
        customer_key,
        label_window_days,
        count(*) as orders,
        min(age) as days_since_last,
        max(age) as days_since_first
    from aged
    group by fold, product_key, customer_key, label_window_days
),

-- who bought within a window bought last within it, who is new within it bought first within it
of_products as (
    select
        fold,
        product_key,
        {% for name, windows in {'half_window': 0.5, 'one_window': 1, 'three_windows': 3}.items() %}
        count(*) filter (where days_since_last <= {{ windows }} * label_window_days) as customers_{{ name }},
        count(*) filter (where days_since_first <= {{ windows }} * label_window_days) as new_customers_{{ name }},
        {% endfor %}
        sum(orders) / count(*) as orders_per_customer,
        count(*) filter (where orders > 1) / count(*) as repeat_share,
        count(*) filter (where orders > 1 and days_since_last <= label_window_days) / count(*)
            as recent_repeat_share,
        median((days_since_first - days_since_last) / nullif(orders - 1, 0)) as usual_interval,
        min(days_since_last) as days_since_last,
        max(days_since_first) as days_since_first
    from of_customers
    group by fold, product_key, label_window_days
),

of_discounts as (
    select
        fold,
        product_key,
        {{ discount_features('age <= label_window_days', 'one_window') }},
        {{ discount_features('age <= 3 * label_window_days', 'three_windows') }}
    from aged
    group by fold, product_key
),

explicit_ratings as (
    select
        fold,
        product_key,
        count(*) as ratings,
        {{ exact_mean('rating') }} as mean_rating
    from interactions
    where not is_implied
    group by fold, product_key
),

features as (
    select
        fold_products.fold,
        fold_products.product_key,
        fold_products.customers,
        of_products.customers_half_window,
        of_products.customers_one_window,
        of_products.customers_three_windows,
        of_products.new_customers_half_window,
        of_products.new_customers_one_window,
        of_products.new_customers_three_windows,
        fold_products.orders_14d / nullif(fold_products.orders_42d, 0) as trend,
        of_products.new_customers_one_window / nullif(of_products.customers_one_window, 0) as new_customers_share,
        of_products.orders_per_customer,
        of_products.repeat_share,
        of_products.recent_repeat_share,
        of_products.usual_interval,
        of_products.days_since_last,
        of_products.days_since_first,
        cast(fold_products.price as double) as price,
        fold_products.price_band,
        of_discounts.discounted_share_one_window,
        of_discounts.discounted_share_three_windows,
        of_discounts.discount_depth_one_window,
        of_discounts.discount_depth_three_windows,
        explicit_ratings.ratings,
        explicit_ratings.mean_rating
    from fold_products
    left join of_products
        on fold_products.fold = of_products.fold and fold_products.product_key = of_products.product_key
    left join of_discounts
        on fold_products.fold = of_discounts.fold and fold_products.product_key = of_discounts.product_key
    left join explicit_ratings
        on fold_products.fold = explicit_ratings.fold and fold_products.product_key = explicit_ratings.product_key
)

select * from features
{{ and_past_rows() }}
