-- Where nothing had come back before the cut-off, all orders of it count, whatever came back later.
with

folds as (select * from {{ ref('int_folds') }}),

interactions as (select * from {{ ref('int_interactions') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

purchases as (
    select * from {{ ref('int_purchase_lines') }} where customer_id is not null
),

first_returns as (
    select
        customer_id,
        product_id,
        min(purchased_at) as returned_at
    from purchases
    where is_return
    group by customer_id, product_id
),

orders as (
    select
        first_returns.customer_id,
        first_returns.product_id,
        first_returns.returned_at,
        min(purchases.purchased_at) as bought_at
    from first_returns
    inner join purchases
        on
            first_returns.customer_id = purchases.customer_id
            and first_returns.product_id = purchases.product_id
            and not purchases.is_return
    group by first_returns.customer_id, first_returns.product_id, first_returns.returned_at, purchases.order_id
    having coalesce(sum(purchases.amount) > 0, true)
),

expected as (
    select
        folds.fold,
        customers.customer_key,
        products.product_key,
        count(*) as orders
    from folds
    inner join orders on folds.cutoff_at > orders.bought_at and folds.cutoff_at <= orders.returned_at
    inner join customers on orders.customer_id = customers.customer_id
    inner join products on orders.product_id = products.product_id
    group by folds.fold, customers.customer_key, products.product_key
)

select
    expected.fold,
    expected.customer_key,
    expected.product_key,
    expected.orders,
    interactions.orders as orders_known
from expected
left join interactions
    on
        expected.fold = interactions.fold
        and expected.customer_key = interactions.customer_key
        and expected.product_key = interactions.product_key
where expected.orders is distinct from interactions.orders
