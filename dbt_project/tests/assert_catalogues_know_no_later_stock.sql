-- Today's stock says nothing about past cut-offs: out-of-stock products stay in past catalogues.
with

folds as (select * from {{ ref('int_folds') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

products as (select * from {{ ref('int_products') }})

select
    fold_products.fold,
    fold_products.product_id,
    fold_products.in_catalogue,
    fold_products.is_learned_from,
    products.is_available
from fold_products
inner join folds on fold_products.fold = folds.fold
inner join products on fold_products.product_key = products.product_key
where
    -- what stores sold is known of past cut-offs, too
    fold_products.why_not is distinct from 'not sold in any store'
    and fold_products.in_catalogue <> (
        fold_products.is_learned_from and (folds.purpose <> 'serve' or products.is_available)
    )
