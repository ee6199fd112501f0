with

similar_products as (select * from {{ ref('int_similar_products') }} where fold = 'serving'),

products as (select * from {{ ref('int_products') }}),

forbidden as (
    select products.product_id
    from products
    semi join {{ ref('int_forbidden_products') }} as forbidden on products.product_key = forbidden.product_key
),

typed as (
    select
        similar_products.product_id,
        similar_products.method,
        cast(
            row_number() over (
                partition by similar_products.product_id, similar_products.method order by similar_products.rank
            ) as integer
        ) as rank,
        similar_products.similar_product_id,
        similar_products.similarity,
        similar_products.reason
    from similar_products
    anti join forbidden on similar_products.similar_product_id = forbidden.product_id
)

select * from typed
order by product_id, method, rank
