{# More products of a customer than this aren't explained by one and the same product. #}
{% set most_uses = 2 %}

with

served as (
    select distinct
        customer_id,
        product_id,
        reason_basis
    from {{ ref('int_served_lists') }}
),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

interactions as (select * from {{ ref('int_interactions') }} where fold = 'serving'),

new_products as (select * from {{ ref('int_new_product_lists') }} where fold = 'serving'),

category_products as (select * from {{ ref('int_category_products') }} where fold = 'serving'),

categories as (select * from {{ ref('int_preference_categories') }} where fold = 'serving'),

by_profile as (
    select * from {{ ref('int_category_probabilities') }}
    where fold = 'serving' and basis = 'profile'
),

variants as (select * from {{ ref('int_product_variants') }}),

-- a product explained by one of the same title says nothing to a customer
convincing as (
    select
        links.*,
        one.same_title_key = other.same_title_key as is_same_title
    from {{ ref('int_convincing_links') }} as links
    inner join variants as one on links.product_key = one.product_key
    inner join variants as other on links.reason_product_key = other.product_key
),

keyed as (
    select
        customers.customer_key,
        products.product_key,
        served.reason_basis,
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

ranked as (
    select
        *,
        row_number() over (
            partition by customer_key, product_key
            order by is_near_best desc, is_same_title asc, priority asc, share desc, weight desc, reason_product_key asc
        ) as place
    from convincing
),

used as (
    select
        *,
        row_number() over (
            partition by customer_key, reason_product_key, place = 1
            order by priority asc, share desc, weight desc, product_key asc
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
    keyed.reason_basis,
    coalesce(keyed.reason_basis = 'profile' and by_profile.probability > categories.base_rate, false) as profile_tells,
    keyed.own_orders,
    keyed.own_first_at,
    keyed.own_last_at,
    keyed.new_reason_key is not null as is_new_product,
    strongest.kind as link_kind,
    strongest.strength as link_strength,
    coalesce(strongest.orders, 0) as link_orders,
    coalesce(keyed.new_reason_key, strongest.reason_product_key) as reason_product_key
from keyed
left join strongest
    on
        keyed.customer_key = strongest.customer_key
        and keyed.product_key = strongest.product_key
        and keyed.reason_basis = 'history'
left join category_products on keyed.product_key = category_products.product_key
left join categories on category_products.category = categories.category
left join by_profile
    on keyed.customer_key = by_profile.customer_key and category_products.category = by_profile.category
