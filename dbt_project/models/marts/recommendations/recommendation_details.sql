{{ config(materialized='view') }}

with

recommendations as (select * from {{ ref('recommendations') }}),

customers as (select * from {{ ref('customers') }}),

products as (select * from {{ ref('products') }}),

details as (
    select
        recommendations.customer_id,
        customers.segment,
        recommendations.list_type,
        recommendations.rank,
        recommendations.product_id,
        products.title,
        products.category,
        products.brand,
        products.price,
        recommendations.score,
        recommendations.probability,
        round(recommendations.probability * cast(products.price as double), 6) as expected_revenue,
        round(recommendations.probability * products.unit_margin, 6) as expected_margin,
        recommendations.recommender,
        recommendations.reason,
        recommendations.reason_product_id,
        recommendations.reason_kind,
        recommendations.reason_count,
        recommendations.reason_share,
        recommendations.reason_days,
        recommendations.run_id,
        recommendations.generated_at
    from recommendations
    inner join customers on recommendations.customer_id = customers.customer_id
    inner join products on recommendations.product_id = products.product_id
)

select * from details
