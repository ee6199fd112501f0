{{ config(materialized='view') }}

with

new_products as (select * from {{ ref('int_new_product_lists') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

list_types as (select * from {{ ref('int_list_types') }} where takes_new),

settings as (select * from {{ ref('stg_settings') }}),

proposed as (
    select
        new_products.fold,
        customers.customer_key,
        products.product_key,
        new_products.rank,
        new_products.score
    from new_products
    inner join customers on new_products.customer_id = customers.customer_id
    inner join products on new_products.product_id = products.product_id
    semi join {{ ref('int_listed_customers') }} as listed_customers
        on new_products.fold = listed_customers.fold and customers.customer_key = listed_customers.customer_key
),

unsold as (
    {{ not_sold_to('proposed') }}
)

select
    proposed.fold,
    list_types.list_type,
    proposed.customer_key,
    proposed.product_key,
    proposed.rank,
    proposed.score,
    settings.recommend_new_products as most_newcomers
from proposed
cross join list_types
cross join settings
anti join unsold
    on
        proposed.fold = unsold.fold
        and proposed.customer_key = unsold.customer_key
        and proposed.product_key = unsold.product_key
where settings.recommend_new_products > 0
