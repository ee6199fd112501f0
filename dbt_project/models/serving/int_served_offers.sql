{# A store is the customer's own where at least this share of what the customer buys is bought. #}
{% set least_store_share = 0.25 %}

with

-- no recommender but the hybrid knows of promotions
served as (
    select
        customer_id,
        product_id
    from {{ ref('int_served_lists') }}
    where reason_basis = 'history'
    group by customer_id, product_id
    having bool_and(recommender = 'hybrid')
),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

offers as (select * from {{ ref('int_offers') }}),

own_stores as (
    select
        customer_key,
        list(store_key) as store_keys
    from {{ ref('int_customer_stores') }}
    where fold = 'serving' and store_share >= {{ least_store_share }}
    group by customer_key
),

offered as (
    select
        customers.customer_key,
        offers.product_key,
        own_stores.customer_key is not null as is_at_own_store,
        offers.discount,
        offers.starts,
        offers.ends
    from served
    inner join customers on served.customer_id = customers.customer_id
    inner join products on served.product_id = products.product_id
    inner join offers on products.product_key = offers.product_key
    left join own_stores on customers.customer_key = own_stores.customer_key
    where offers.store_keys is null or list_has_any(offers.store_keys, own_stores.store_keys)
)

-- what holds today comes before what begins soon, and of these what holds longest
select *
from offered
qualify row_number() over (
    partition by customer_key, product_key
    order by starts asc nulls first, ends desc nulls last, discount desc nulls last
) = 1
