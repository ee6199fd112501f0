with

fold_customers as (select * from {{ ref('int_fold_customers') }}),

customer_stores as (select * from {{ ref('int_customer_stores') }}),

store_popularity as (select * from {{ ref('int_store_popularity') }}),

interactions as (select * from {{ ref('int_interactions') }} where in_catalogue),

settings as (select * from {{ ref('stg_settings') }}),

stores as (
    select distinct
        fold,
        store_key
    from store_popularity
),

home_stores as (
    select
        customer_stores.fold,
        customer_stores.customer_key,
        customer_stores.store_key
    from customer_stores
    semi join stores on customer_stores.fold = stores.fold and customer_stores.store_key = stores.store_key
    qualify row_number() over (
        partition by customer_stores.fold, customer_stores.customer_key
        order by customer_stores.store_share desc, customer_stores.store_key asc
    ) = 1
),

-- of a shop that names no stores, nobody
customers as (
    select
        fold_customers.fold,
        fold_customers.customer_key,
        coalesce(home_stores.store_key, 0) as store_key
    from fold_customers
    semi join stores on fold_customers.fold = stores.fold
    left join home_stores
        on fold_customers.fold = home_stores.fold and fold_customers.customer_key = home_stores.customer_key
),

{{ popular_places('customers', ['store_key']) }},

new_products as (
    select
        places.fold,
        places.customer_key,
        store_popularity.product_key,
        store_popularity.share as score,
        true as is_new
    from places
    inner join store_popularity
        on
            places.fold = store_popularity.fold
            and places.store_key = store_popularity.store_key
            and places.popularity_rank = store_popularity.popularity_rank
    anti join interactions
        on
            places.fold = interactions.fold
            and places.customer_key = interactions.customer_key
            and store_popularity.product_key = interactions.product_key
),

bought_products as (
    select
        customers.fold,
        customers.customer_key,
        store_popularity.product_key,
        store_popularity.share as score,
        false as is_new
    from customers
    inner join interactions
        on customers.fold = interactions.fold and customers.customer_key = interactions.customer_key
    inner join store_popularity
        on
            customers.fold = store_popularity.fold
            and customers.store_key = store_popularity.store_key
            and interactions.product_key = store_popularity.product_key
),

scored as (
    select * from new_products
    union all
    select * from bought_products
),

{{ ranked_candidates() }}

select * from best
