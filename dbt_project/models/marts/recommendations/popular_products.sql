with

fold_products as (select * from {{ ref('int_fold_products') }} where fold = 'serving' and in_catalogue),

products as (select * from {{ ref('int_products') }}),

forbidden as (select * from {{ ref('int_forbidden_products') }}),

allowed as (
    select fold_products.*
    from fold_products
    anti join forbidden on fold_products.product_key = forbidden.product_key
),

in_categories as (
    select
        coalesce(products.category, products.department) as category,
        allowed.*
    from allowed
    inner join products on allowed.product_key = products.product_key
    where coalesce(products.category, products.department) is not null
    union all
    select
        '(all)' as category,
        allowed.*
    from allowed
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
