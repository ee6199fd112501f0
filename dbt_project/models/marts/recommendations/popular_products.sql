with

fold_products as (select * from {{ ref('int_fold_products') }} where fold = 'serving' and in_catalogue),

products as (select * from {{ ref('int_products') }}),

in_categories as (
    select
        coalesce(products.category, products.department) as category,
        fold_products.*
    from fold_products
    inner join products on fold_products.product_key = products.product_key
    where coalesce(products.category, products.department) is not null
    union all
    select
        '(all)' as category,
        fold_products.*
    from fold_products
),

ranked as (
    select
        category,
        cast(
            row_number() over (partition by category order by recent_customers desc, tie_order asc) as integer
        ) as rank,
        product_id,
        recent_customers as customers,
        trend
    from in_categories
)

select * from ranked
where rank <= 20
order by category, rank
