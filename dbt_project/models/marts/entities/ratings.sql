with

interactions as (select * from {{ ref('int_interactions') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

ratings as (
    select
        customers.customer_id,
        products.product_id,
        coalesce(interactions.given_rating, interactions.rating) as rating,
        coalesce(interactions.rated_at, interactions.last_at) as rated_at,
        interactions.given_rating is null as is_implied
    from interactions
    inner join customers on interactions.customer_key = customers.customer_key
    inner join products on interactions.product_key = products.product_key
    where coalesce(interactions.given_rating, interactions.rating) is not null
)

-- a customer's times take less room in their order
select * from ratings
order by customer_id, rated_at, product_id
