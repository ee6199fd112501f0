-- tie_order is 1, 2, 3 … within a fold, by falling popularity, then by id.
with

fold_products as (select * from {{ ref('int_fold_products') }}),

placed as (
    select
        fold,
        product_id,
        tie_order,
        row_number() over (partition by fold order by customers desc, product_id asc) as place
    from fold_products
)

select * from placed
where tie_order is distinct from place
