-- An order without a product of the catalogue is no basket that a list could have foreseen.
with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

label_events as (select * from {{ ref('int_label_events') }}),

held_out as (select * from {{ ref('int_held_out') }}),

bought as (
    select
        fold_customers.fold,
        fold_customers.customer_key,
        fold_customers.customer_id,
        label_events.order_key,
        label_events.occurred_at,
        held_out.product_key,
        held_out.is_new
    from fold_customers
    inner join folds on fold_customers.fold = folds.fold
    inner join label_events
        on fold_customers.fold = label_events.fold and fold_customers.customer_key = label_events.customer_key
    inner join held_out
        on
            label_events.fold = held_out.fold
            and label_events.customer_key = held_out.customer_key
            and label_events.product_key = held_out.product_key
),

orders as (
    select
        fold,
        customer_key,
        order_key,
        min(occurred_at) as ordered_at
    from bought
    group by fold, customer_key, order_key
),

first_orders as (
    select *
    from orders
    qualify row_number() over (partition by fold, customer_key order by ordered_at asc, order_key asc) = 1
)

select distinct
    bought.fold,
    bought.customer_key,
    bought.customer_id,
    bought.product_key,
    bought.is_new
from bought
inner join first_orders
    on
        bought.fold = first_orders.fold
        and bought.customer_key = first_orders.customer_key
        and bought.order_key = first_orders.order_key
