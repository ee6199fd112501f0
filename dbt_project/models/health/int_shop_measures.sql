with

events as (select * from {{ ref('int_events') }} where order_key is not null),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

builds as (select * from {{ ref('stg_build') }}),

last_week as (
    select events.*
    from events
    cross join folds
    where events.occurred_at >= folds.cutoff_at - interval 7 day and events.occurred_at < folds.cutoff_at
),

first_events as (
    {% for key in ['customer_key', 'product_key'] %}
    select
        '{{ key }}' as of_what,
        {{ key }} as its_key,
        min(occurred_at) as first_at
    from events
    where {{ key }} is not null
    group by {{ key }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

new_last_week as (
    select
        count(*) filter (where first_events.of_what = 'customer_key') as customers,
        count(*) filter (where first_events.of_what = 'product_key') as products
    from first_events
    cross join folds
    where first_events.first_at >= folds.cutoff_at - interval 7 day and first_events.first_at < folds.cutoff_at
),

counted as (
    select
        (select count(*) from customers) as customers,
        (select count(*) from products) as products,
        (select count(*) from last_week) as events_last_week,
        (select count(distinct last_week.customer_key) from last_week) as customers_last_week,
        (select count(distinct last_week.product_key) from last_week) as products_last_week,
        (select new_last_week.customers from new_last_week) as new_customers_last_week,
        (select new_last_week.products from new_last_week) as new_products_last_week,
        -- a shop that is looked at as of a day is as fresh as it was then
        (
            select date_diff('day', max(events.occurred_at), any_value(coalesce(settings.as_of, builds.started_at)))
            from events
            cross join settings
            cross join builds
        ) as days_since_last_event
    from folds
)

{% set measures = [
    'customers', 'products', 'events_last_week', 'customers_last_week', 'products_last_week',
    'new_customers_last_week', 'new_products_last_week', 'days_since_last_event',
] %}
{% for measure in measures %}
select
    '{{ measure }}' as measure,
    'all' as part,
    cast({{ measure }} as double) as value
from counted
{{ 'union all' if not loop.last }}
{% endfor %}
