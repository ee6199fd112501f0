{{ config(materialized='view') }}

with

interactions as (select * from {{ ref('int_interactions') }} where is_learned_from),

customers as (select * from {{ ref('int_customers') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

training_rows as (
    select
        interactions.fold,
        customers.customer_id,
        fold_products.product_id,
        interactions.customer_key,
        interactions.product_key,
        fold_products.tie_order,
        interactions.rating,
        interactions.is_implied,
        interactions.weight,
        interactions.earlier_weight,
        interactions.recent_orders,
        interactions.first_at,
        interactions.last_at,
        interactions.in_catalogue
    from interactions
    inner join customers on interactions.customer_key = customers.customer_key
    inner join fold_products
        on interactions.fold = fold_products.fold and interactions.product_key = fold_products.product_key
)

select * from training_rows
