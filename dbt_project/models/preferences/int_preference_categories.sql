-- Part after part of the customers: all orders of all folds at once would fill the memory of a shop of
-- millions of lines.
{% set parts = 8 %}

with

products as (select * from {{ ref('int_products') }} where not is_excluded),

interactions as (select * from {{ ref('int_interactions') }} where orders > 0 and {{ is_made('fold') }}),

settings as (select * from {{ ref('stg_settings') }}),

{% for part in range(parts) %}
-- of each customer and category the latest order
latest_{{ part }} as (
    with

    events as (
        select * from {{ ref('int_known_events') }} as events
        where {{ is_made('events.fold') }} and {{ in_part('events.customer_key', part, parts) }}
    ),

    aged as (
        {{ category_orders() }}
    )

    select
        fold,
        category,
        min(age) as age
    from aged
    group by fold, category, customer_key
),

{% endfor %}
latest as (
    {% for part in range(parts) %}
    select * from latest_{{ part }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        latest.fold,
        latest.category,
        count(*) as customers,
        count(*) filter (where latest.age <= settings.label_window_days) as customers_one_window,
        count(*) filter (where latest.age <= 3 * settings.label_window_days) as customers_three_windows,
        count(*) filter (where latest.age <= settings.popularity_window_days) as recent_customers
    from latest
    cross join settings
    group by latest.fold, latest.category
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
{{ and_past_rows() }}
