{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

fold_products as (select * from {{ ref('int_fold_products') }}),

-- variants are shown as their parent
products as (select * from {{ ref('int_products') }} where not is_excluded and recommend_as is null),

unlearned as (
    select
        folds.fold,
        folds.purpose,
        products.product_key,
        products.product_id,
        products.is_described,
        products.is_available,
        {{ texts_of('products') }},
        cast(fold_products.price_band as varchar) as price_band
    from folds
    cross join products
    left join fold_products on folds.fold = fold_products.fold and products.product_key = fold_products.product_key
    where fold_products.is_learned_from is not true
)

select * from unlearned
-- a title that repeats the id is no description
where is_described or coalesce({{ described_columns() | join(', ') }}) is not null
