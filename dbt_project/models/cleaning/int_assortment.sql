with

assortment as (select * from {{ ref('stg_assortment') }} where reject_reason is null),

products as (select * from {{ ref('int_products') }}),

stores as (select * from {{ ref('int_stores') }}),

-- who sells a variant sells the product that it is listed as
listed as (
    select
        products.product_id,
        coalesce(parents.product_key, products.product_key) as product_key
    from products
    left join products as parents on products.recommend_as = parents.product_id
)

select distinct
    listed.product_key,
    stores.store_key,
    assortment.starts,
    assortment.ends
from assortment
inner join listed on assortment.product_id = listed.product_id
left join stores on assortment.store_id = stores.store_id
-- stores that nothing else names are nobody's
where assortment.store_id is null or stores.store_key is not null
