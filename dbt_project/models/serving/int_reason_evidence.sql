{# Smaller shares of orders say little, and the smallest nothing. #}
{% set telling_share = 0.1 %}
{% set least_share = 0.05 %}
{# More products of a customer than this aren't explained by one and the same product. #}
{% set most_uses = 2 %}

with

served as (
    select
        customer_id,
        product_id,
        bool_or(recommender = 'profile') as is_from_profile
    from {{ ref('int_served_lists') }}
    group by customer_id, product_id
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

new_products as (select * from {{ ref('int_new_product_lists') }} where fold = 'serving'),

keyed as (
    select
        customers.customer_key,
        products.product_key,
        served.is_from_profile,
        own.orders as own_orders,
        own.first_at as own_first_at,
        own.last_at as own_last_at,
        reason_products.product_key as new_reason_key
    from served
    inner join customers on served.customer_id = customers.customer_id
    inner join products on served.product_id = products.product_id
    left join interactions as own
        on customers.customer_key = own.customer_key and products.product_key = own.product_key
    left join new_products
        on served.customer_id = new_products.customer_id and served.product_id = new_products.product_id
    left join products as reason_products on new_products.reason_product_id = reason_products.product_id
),

-- relations between two products, the strongest kind of evidence first
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
        keyed.customer_key,
        keyed.product_key,
        links.kind,
        links.priority,
        links.strength,
        interactions.product_key as reason_product_key,
        interactions.orders,
        interactions.weight * links.strength as weight
    from keyed
    inner join links on keyed.product_key = links.other_product_key
    inner join interactions
        on keyed.customer_key = interactions.customer_key and links.product_key = interactions.product_key
    where
        keyed.own_orders is null
        -- a product that was only a gift is no reason
        and (interactions.orders > 0 or (links.kind <> 'together' and interactions.rating is not null))
),

-- of each product of the customer what says most
telling as (
    select *
    from linked
    qualify row_number() over (
        partition by customer_key, product_key, reason_product_key order by priority asc, weight desc
    ) = 1
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_key, product_key order by priority asc, weight desc, reason_product_key asc
        ) as place
    from telling
),

used as (
    select
        *,
        row_number() over (
            partition by customer_key, reason_product_key, place = 1
            order by priority asc, weight desc, product_key asc
        ) as use_number
    from ranked
),

-- the second best where the best has explained others already
strongest as (
    select *
    from used
    qualify row_number() over (
        partition by customer_key, product_key order by place = 1 and use_number > {{ most_uses }} asc, place asc
    ) = 1
)

select
    keyed.customer_key,
    keyed.product_key,
    keyed.is_from_profile,
    keyed.own_orders,
    keyed.own_first_at,
    keyed.own_last_at,
    keyed.new_reason_key is not null as is_new_product,
    strongest.kind as link_kind,
    strongest.strength as link_strength,
    coalesce(strongest.orders, 0) as link_orders,
    coalesce(keyed.new_reason_key, strongest.reason_product_key) as reason_product_key
from keyed
left join strongest on keyed.customer_key = strongest.customer_key and keyed.product_key = strongest.product_key
