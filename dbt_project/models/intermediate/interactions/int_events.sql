with

order_products as (select * from {{ ref('int_order_products') }}),

ratings as (select * from {{ ref('stg_ratings') }} where reject_reason is null),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

purchase_events as (
    select
        customer_key,
        product_key,
        order_key,
        purchased_at as occurred_at,
        quantity,
        amount,
        is_paid as is_interest
    from order_products
),

-- in a shop without purchases, what its customers rated stands in for what they bought
rating_events as (
    select
        customers.customer_key,
        products.product_key,
        row_number() over (order by customers.customer_key, products.product_key) as order_key,
        ratings.rated_at as occurred_at,
        1.0 as quantity,
        cast(null as decimal(18, 4)) as amount,
        true as is_interest
    from ratings
    inner join customers on ratings.customer_id = customers.customer_id
    inner join products on ratings.product_id = products.product_id
    where not exists (select 1 from order_products)
),

events as (
    select * from purchase_events
    union all
    select * from rating_events
)

select * from events
