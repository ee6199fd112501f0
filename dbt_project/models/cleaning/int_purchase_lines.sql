{{ config(materialized='view') }}

with

purchases as (select * from {{ ref('stg_purchases') }} where reject_reason is null),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

parents as (select * from {{ ref('int_product_parents') }}),

left_out as (select * from {{ ref('int_left_out_customers') }}),

quantity_limit as (select * from {{ ref('int_quantity_limit') }}),

lines as (
    select
        coalesce(merged_customers.merged_into, purchases.customer_id) as customer_id,
        coalesce(parents.recommend_as, purchases.product_id) as product_id,
        purchases.order_id,
        purchases.purchased_at,
        purchases.quantity,
        least(purchases.quantity, quantity_limit.largest_quantity) as weighed_quantity,
        purchases.amount,
        purchases.discount,
        purchases.store_id,
        purchases.is_return
    from purchases
    left join quantity_limit on true
    left join merged_customers on purchases.customer_id = merged_customers.customer_id
    left join parents on purchases.product_id = parents.product_id
),

kept as (
    select lines.*
    from lines
    anti join left_out on lines.customer_id = left_out.customer_id
)

select * from kept
