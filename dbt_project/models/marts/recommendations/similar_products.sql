with

similar_products as (select * from {{ ref('int_similar_products') }} where fold = 'serving'),

typed as (
    select
        product_id,
        method,
        cast(rank as integer) as rank,
        similar_product_id,
        similarity,
        reason
    from similar_products
)

select * from typed
order by product_id, method, rank
