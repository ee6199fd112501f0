{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

-- a size or colour is recommended as its parent, never itself
products as (select * from {{ ref('int_products') }} where is_described and not is_excluded and recommend_as is null),

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
    select
        folds.fold,
        products.product_key,
        products.product_id,
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
    anti join known on folds.fold = known.fold and products.product_key = known.product_key
    where folds.purpose <> 'serve' or products.is_available
)

select * from unsold
