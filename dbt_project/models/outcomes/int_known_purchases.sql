-- purchases that are known today, since lists are written down

with

events as (select * from {{ ref('int_events') }} where is_interest and order_key is not null),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

first_lists as (select min(served_from) as served_from from {{ ref('int_list_periods') }}),

known as (
    select
        events.customer_key,
        events.product_key,
        events.occurred_at as purchased_at,
        case when {{ kept_at('events', 'folds.cutoff_at') }} then null else events.returned_at end as returned_at,
        count(*) as orders,
        sum(cast(events.quantity as decimal(18, 4))) as quantity,
        sum(events.amount) as revenue
    from events
    cross join folds
    cross join first_lists
    where {{ known_at('folds', 'events.occurred_at') }} and events.occurred_at >= first_lists.served_from
    group by all
)

select
    customers.customer_id,
    products.product_id,
    known.purchased_at,
    known.returned_at,
    known.orders,
    known.quantity,
    known.revenue
from known
inner join customers on known.customer_key = customers.customer_key
inner join products on known.product_key = products.product_key
