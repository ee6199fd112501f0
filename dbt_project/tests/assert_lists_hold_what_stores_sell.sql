-- Of whose stores it is known what they sell, no list of any recommender holds anything else.
with

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

lists as (
    select
        lists.fold,
        lists.recommender,
        lists.list_type,
        customers.customer_key,
        products.product_key
    from {{ ref('int_ranked_lists') }} as lists
    inner join customers on lists.customer_id = customers.customer_id
    inner join products on lists.product_id = products.product_id
    semi join {{ ref('int_customer_assortments') }} as told
        on lists.fold = told.fold and customers.customer_key = told.customer_key
)

select lists.*
from lists
where not exists (
    select 1
    from {{ ref('int_customer_assortments') }} as customer_assortments
    inner join {{ ref('int_assortment_products') }} as sold
        on customer_assortments.fold = sold.fold and customer_assortments.assortment_key = sold.assortment_key
    where
        customer_assortments.fold = lists.fold
        and customer_assortments.customer_key = lists.customer_key
        and sold.product_key = lists.product_key
)
