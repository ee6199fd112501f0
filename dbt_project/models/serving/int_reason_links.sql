{# Smaller shares of orders say little, and the smallest nothing. #}
{% set telling_share = 0.1 %}
{% set least_share = 0.05 %}

with

served as (
    select distinct
        customer_id,
        product_id
    from {{ ref('int_served_lists') }}
    where reason_basis = 'history'
),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

interactions as (select * from {{ ref('int_interactions') }} where fold = 'serving'),

-- only pairs that are surely bought together more often than by chance
pairs as (
    select * from {{ ref('int_product_pairs') }}
    where fold = 'serving' and lift_low > 1 and confidence >= {{ least_share }}
),

similar_products as (select * from {{ ref('int_similar_products') }} where fold = 'serving'),

new_to_customer as (
    select
        customers.customer_key,
        products.product_key
    from served
    inner join customers on served.customer_id = customers.customer_id
    inner join products on served.product_id = products.product_id
    anti join interactions
        on customers.customer_key = interactions.customer_key and products.product_key = interactions.product_key
),

-- relations between two products, the kind that says most first
links as (
    select
        product_key,
        other_product_key,
        'together' as kind,
        case when confidence >= {{ telling_share }} then 1 else 4 end as priority,
        confidence as strength
    from pairs
    union all
    select
        one.product_key,
        other.product_key as other_product_key,
        case similar_products.method when 'content' then 'similar' else 'same_customers' end as kind,
        case similar_products.method when 'content' then 2 else 3 end as priority,
        similar_products.similarity as strength
    from similar_products
    inner join products as one on similar_products.product_id = one.product_id
    inner join products as other on similar_products.similar_product_id = other.product_id
),

linked as (
    select
        new_to_customer.customer_key,
        new_to_customer.product_key,
        interactions.product_key as reason_product_key,
        links.kind,
        links.priority,
        links.strength,
        interactions.orders,
        interactions.weight * links.strength as weight
    from new_to_customer
    inner join links on new_to_customer.product_key = links.other_product_key
    inner join interactions
        on
            new_to_customer.customer_key = interactions.customer_key
            and links.product_key = interactions.product_key
    -- a product that was only a gift is no reason
    where interactions.orders > 0 or (links.kind <> 'together' and interactions.rating is not null)
)

select *
from linked
-- of each product of the customer what says most
qualify row_number() over (
    partition by customer_key, product_key, reason_product_key order by priority asc, weight desc
) = 1
