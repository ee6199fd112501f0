{{ config(materialized='view') }}

with

new_products as (select * from {{ ref('int_new_product_lists') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

list_types as (select * from {{ ref('int_list_types') }} where takes_new),

settings as (select * from {{ ref('stg_settings') }})

select
    new_products.fold,
    list_types.list_type,
    customers.customer_key,
    products.product_key,
    new_products.rank,
    new_products.score,
    settings.recommend_new_products as most_newcomers
from new_products
cross join list_types
cross join settings
inner join customers on new_products.customer_id = customers.customer_id
inner join products on new_products.product_id = products.product_id
semi join {{ ref('int_listed_customers') }} as listed_customers
    on new_products.fold = listed_customers.fold and customers.customer_key = listed_customers.customer_key
where settings.recommend_new_products > 0
