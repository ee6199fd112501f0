with

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue and {{ is_made('fold') }}),

products as (select * from {{ ref('int_products') }}),

categories as (select * from {{ ref('int_preference_categories') }}),

shared as (
    select
        fold_products.fold,
        fold_products.product_id,
        fold_products.product_key,
        categories.category,
        case
            when categories.recent_customers > 0 then fold_products.recent_customers / categories.recent_customers
            -- no recent purchase in the category, or no dates
            else fold_products.customers / categories.customers
        end as category_share,
        fold_products.tie_order
    from fold_products
    inner join products on fold_products.product_key = products.product_key
    inner join categories
        on
            fold_products.fold = categories.fold
            and coalesce(products.category, products.department) = categories.category
)

select * from shared
{{ and_past_rows() }}
