with

-- where discounts are known, a line without one had none
discounts as (
    select count(*) > 0 as are_known
    from {{ source('shop', 'mapped_columns') }}
    where input = 'purchases' and column_name in ('discount', 'list_price')
),

purchases as (select * from {{ ref('int_purchase_lines') }} where not is_return),

returned_orders as (select * from {{ ref('int_returned_orders') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

stores as (select * from {{ ref('int_stores') }}),

order_products as (
    select
        order_id,
        customer_id,
        product_id,
        min(purchased_at) as purchased_at,
        cast(sum(cast(weighed_quantity as decimal(18, 4))) as double) as quantity,
        sum(amount) as amount,
        sum(discount) as discount,
        min(store_id) as store_id,
        -- the price per unit uses the quantity that was bought, not the capped one
        sum(amount) / nullif(cast(sum(cast(quantity as decimal(18, 4))) as double), 0) as unit_price
    from purchases
    group by order_id, customer_id, product_id
),

keyed as (
    select
        dense_rank() over (order by order_products.order_id, order_products.customer_id) as order_key,
        customers.customer_key,
        products.product_key,
        order_products.purchased_at,
        order_products.quantity,
        order_products.amount,
        order_products.unit_price,
        case when discounts.are_known then coalesce(order_products.discount, 0) end as discount,
        stores.store_key,
        coalesce(order_products.amount > 0, true) as is_paid,
        returned_orders.returned_at
    from order_products
    inner join products on order_products.product_id = products.product_id
    cross join discounts
    left join customers on order_products.customer_id = customers.customer_id
    left join stores on order_products.store_id = stores.store_id
    left join returned_orders
        on
            order_products.order_id = returned_orders.order_id
            and order_products.customer_id = returned_orders.customer_id
            and order_products.product_id = returned_orders.product_id
)

select * from keyed
