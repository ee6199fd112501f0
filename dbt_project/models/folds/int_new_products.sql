{{ config(materialized='view') }}

with

-- only products of the product file: a past fold can't know those that only later orders name
unlearned as (select * from {{ ref('int_unlearned_products') }} where is_described),

-- sold to anyone, returned or rated
known as (
    select
        fold,
        product_key
    from {{ ref('int_fold_products') }}
    union
    select
        fold,
        product_key
    from {{ ref('int_interactions') }}
),

-- past folds know neither today's stock nor which products were sold later
unsold as (
    select unlearned.*
    from unlearned
    anti join known on unlearned.fold = known.fold and unlearned.product_key = known.product_key
    where unlearned.purpose <> 'serve' or unlearned.is_available
)

select * exclude (purpose, is_described, is_available, price_band) from unsold
