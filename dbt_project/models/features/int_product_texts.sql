with

fold_products as (select * from {{ ref('int_fold_products') }} where is_learned_from and {{ is_made('fold') }}),

products as (select * from {{ ref('int_products') }}),

texts as (
    select
        fold_products.fold,
        fold_products.product_id,
        fold_products.product_key,
        {{ texts_of('products') }},
        cast(fold_products.price_band as varchar) as price_band
    from fold_products
    inner join products on fold_products.product_key = products.product_key
)

select * from texts
{{ and_past_rows() }}
