with

ratings as (select * from {{ ref('int_rating_lines') }}),

order_products as (select * from {{ ref('int_order_products') }}),

scale as (
    select
        {{ is_unary('rating') }} as is_unary,
        (select count(*) from order_products) > 0 as has_purchases
    from ratings
)

select * from scale
