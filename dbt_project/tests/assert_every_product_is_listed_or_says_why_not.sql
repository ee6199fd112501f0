with

products as (select * from {{ ref('products') }}),

listed as (
    select
        product_id,
        count(distinct customer_id) as customers
    from {{ ref('recommendations') }}
    group by product_id
)

select
    products.product_id,
    products.is_recommendable,
    products.why_not,
    products.listed_customers
from products
left join listed on products.product_id = listed.product_id
where
    products.listed_customers <> coalesce(listed.customers, 0)
    -- a product without any sale says so even where it is listed for its text
    or (products.is_recommendable and (products.why_not is null) <> (listed.customers is not null))
    or (not products.is_recommendable and products.why_not is null)
