with

reranked_lists as (select * from {{ ref('int_reranked_lists') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }})

select
    customers.customer_id,
    reranked_lists.list_type,
    reranked_lists.rank,
    products.product_id,
    reranked_lists.score,
    reranked_lists.recommender
from reranked_lists
inner join customers on reranked_lists.customer_key = customers.customer_key
inner join products on reranked_lists.product_key = products.product_key
