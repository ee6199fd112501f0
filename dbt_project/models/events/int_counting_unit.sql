{# If fewer lines than this share name a customer, orders are counted instead of customers. #}
{% set least_named_share = 0.05 %}

with

order_products as (select * from {{ ref('int_order_products') }}),

counted as (
    select
        count(*) as order_products,
        count(customer_key) as named_order_products
    from order_products
),

decided as (
    select
        order_products,
        named_order_products,
        named_order_products < {{ least_named_share }} * order_products as counts_orders
    from counted
)

select * from decided
