{# Stores of a customer that are looked at. #}
{% set most_stores = 3 %}

with

fold_customers as (select * from {{ ref('int_fold_customers') }}),

events as (select * from {{ ref('int_known_events') }} where is_interest and store_key is not null),

settings as (select * from {{ ref('stg_settings') }}),

weighed as (
    select
        events.fold,
        events.customer_key,
        events.store_key,
        {{ exact_sum(
            'power(0.5, coalesce(events.age_days, settings.label_window_days) / (3 * settings.label_window_days))'
        ) }} as weight
    from fold_customers
    inner join events
        on fold_customers.fold = events.fold and fold_customers.customer_key = events.customer_key
    cross join settings
    group by events.fold, events.customer_key, events.store_key
)

select
    fold,
    customer_key,
    store_key,
    weight / sum(weight) over (partition by fold, customer_key) as store_share
from weighed
qualify row_number() over (partition by fold, customer_key order by weight desc, store_key asc) <= {{ most_stores }}
