{{ config(materialized='view') }}

with

arm_recommenders as (select * from {{ ref('int_arm_recommenders') }}),

new_products as (select * from {{ ref('int_new_product_lists') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

candidates as (
    {% for name in ['int_candidates', 'int_profile_candidates', 'int_hybrid_candidates'] %}
    select
        recommender,
        customer_key,
        product_key,
        score
    from {{ ref(name) }}
    where fold = 'serving'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- what fills lists up is popular
of_lists as (
    select * from candidates
    where
        recommender in ('profile', 'popularity')
        or recommender in (select arm_recommenders.recommender from arm_recommenders)
),

of_new_products as (
    select
        'content' as recommender,
        customers.customer_key,
        products.product_key,
        new_products.score
    from new_products
    inner join customers on new_products.customer_id = customers.customer_id
    inner join products on new_products.product_id = products.product_id
)

select * from of_lists
union all
select * from of_new_products
