{{ config(materialized='view') }}

with

-- that a past fold knows what only later orders name would tell it what sells
unlearned as (select * from {{ ref('int_unlearned_products') }} where is_described),

-- sold, to whomever, or else had or rated by a customer
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

-- today's stock is no news to the past, nor is which of these were sold later
unsold as (
    select unlearned.*
    from unlearned
    anti join known on unlearned.fold = known.fold and unlearned.product_key = known.product_key
    where unlearned.purpose <> 'serve' or unlearned.is_available
)

select * exclude (purpose, is_described, is_available, price_band) from unsold
