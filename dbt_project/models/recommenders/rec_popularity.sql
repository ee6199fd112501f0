with

-- whom nothing is known of gets what is popular, too
fold_customers as (
    select
        fold,
        customer_key
    from {{ ref('int_fold_customers') }}
    union all
    select
        fold,
        customer_key
    from {{ ref('int_cold_customers') }}
),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }} where in_catalogue),

settings as (select * from {{ ref('stg_settings') }}),

popular as (
    select
        fold_products.*,
        {{ popularity_rank('fold_products') }} as popularity_rank
    from fold_products
),

{{ popular_places('fold_customers') }},

new_products as (
    select
        places.fold,
        places.customer_key,
        popular.product_key,
        cast(popular.recent_customers as double) as score,
        true as is_new
    from places
    inner join popular on places.fold = popular.fold and places.popularity_rank = popular.popularity_rank
    anti join interactions
        on
            places.fold = interactions.fold
            and places.customer_key = interactions.customer_key
            and popular.product_key = interactions.product_key
),

bought_products as (
    select
        fold_customers.fold,
        fold_customers.customer_key,
        popular.product_key,
        cast(popular.recent_customers as double) as score,
        false as is_new
    from fold_customers
    inner join interactions
        on fold_customers.fold = interactions.fold and fold_customers.customer_key = interactions.customer_key
    inner join popular
        on interactions.fold = popular.fold and interactions.product_key = popular.product_key
),

scored as (
    select * from new_products
    union all
    select * from bought_products
),

{{ ranked_candidates() }}

select * from best
