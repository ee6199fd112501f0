-- Part after part of the customers: all orders of all folds at once would fill the memory of a shop of
-- millions of lines.
{% set parts = 8 %}

with

products as (select * from {{ ref('int_products') }} where not is_excluded),

settings as (select * from {{ ref('stg_settings') }}),

-- an order counts once per category, however many of its products it holds
{% for part in range(parts) %}
aged_{{ part }} as (
    select
        events.fold,
        events.customer_key,
        coalesce(products.category, products.department) as category,
        events.order_key,
        max(events.age_days) as age
    from {{ ref('int_known_events') }} as events
    inner join products on events.product_key = products.product_key
    where
        events.is_interest
        and events.customer_key is not null
        and {{ in_part('events.customer_key', part, parts) }}
        and coalesce(products.category, products.department) is not null
    group by events.fold, events.customer_key, coalesce(products.category, products.department), events.order_key
    -- it counts until the last of them has come back
    having bool_or(events.is_kept)
),

{% endfor %}
history as (
    {% for part in range(parts) %}
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
    from aged_{{ part }} as aged
    cross join settings
    group by aged.fold, aged.customer_key, aged.category, settings.label_window_days
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from history
