-- From 1 without gaps, by falling popularity, then by id: no two products of a fold share a place.
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
