{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

-- a size or colour is shown as its parent, never itself
products as (select * from {{ ref('int_products') }} where is_described and not is_excluded and recommend_as is null),

learned as (select * from {{ ref('int_fold_products') }} where is_learned_from),

unlearned as (
    select
        folds.fold,
        folds.purpose,
        products.product_key,
        products.product_id,
        products.is_available,
        case when products.title <> products.product_id then products.title end as title,
        products.department,
        products.category,
        products.subcategory,
        products.brand,
        products.size,
        products.attributes,
        products.description
    from folds
    cross join products
    anti join learned on folds.fold = learned.fold and products.product_key = learned.product_key
)

select * from unlearned
