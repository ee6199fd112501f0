{# Days of the windows whose buyers are counted. #}
{% set windows = {
    'half_window': '0.5 * label_window_days',
    'popularity_window': 'popularity_window_days',
    'three_windows': '3 * label_window_days',
} %}

with

events as (
    select * from {{ ref('int_known_events') }}
    where customer_key is not null and store_key is not null and is_interest and is_kept and {{ is_made('fold') }}
),

settings as (select * from {{ ref('stg_settings') }}),

-- a customer counts once in a window, by the last of the purchases
of_customers as (
    select
        events.fold,
        events.store_key,
        events.product_key,
        events.customer_key,
        settings.label_window_days,
        settings.popularity_window_days,
        -- without a date, as old as a label window
        min(coalesce(events.age_days, settings.label_window_days)) as age
    from events
    cross join settings
    where
        coalesce(events.age_days, settings.label_window_days)
        <= greatest(settings.popularity_window_days, 3 * settings.label_window_days)
    group by all
),

visits as (
    select
        fold,
        store_key,
        customer_key,
        label_window_days,
        popularity_window_days,
        min(age) as age
    from of_customers
    group by all
),

of_stores as (
    select
        fold,
        {% for name, days in windows.items() %}
        count(*) filter (where age <= {{ days }}) as buyers_{{ name }},
        {% endfor %}
        store_key
    from visits
    group by fold, store_key
),

of_products as (
    select
        fold,
        store_key,
        product_key,
        {% for name, days in windows.items() %}
        count(*) filter (where age <= {{ days }}) as buyers_{{ name }},
        {% endfor %}
        min(age) as days_since_last
    from of_customers
    group by fold, store_key, product_key
)

select
    of_products.fold,
    of_products.store_key,
    of_products.product_key,
    {% for name in windows %}
    of_products.buyers_{{ name }},
    of_products.buyers_{{ name }} / nullif(of_stores.buyers_{{ name }}, 0) as share_{{ name }},
    {% endfor %}
    of_stores.buyers_popularity_window as store_buyers,
    of_products.days_since_last
from of_products
inner join of_stores on of_products.fold = of_stores.fold and of_products.store_key = of_stores.store_key
{{ and_past_rows() }}
