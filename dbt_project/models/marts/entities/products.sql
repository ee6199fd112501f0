with

products as (select * from {{ ref('int_products') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where fold = 'serving'),

placements as (select * from {{ ref('int_served_placements') }}),

customers as (select count(*) as customers from {{ ref('int_customers') }}),

final as (
    select
        products.product_id,
        products.title,
        products.department,
        products.category,
        products.subcategory,
        products.brand,
        products.size,
        products.recommend_as,
        coalesce(fold_products.price, products.list_price) as price,
        cast(fold_products.price_band as integer) as price_band,
        {{ unit_margin('coalesce(fold_products.price, products.list_price)', 'products') }} as unit_margin,
        products.stock,
        coalesce(fold_products.in_catalogue, false) as is_recommendable,
        case
            when fold_products.in_catalogue then {{ why_in_no_list('placements', 'customers.customers') }}
            when products.recommend_as is not null then 'counted as another product'
            when products.non_product_kind is not null then concat('not a product: ', products.non_product_kind)
            when products.is_excluded then 'excluded by the shop'
            else coalesce(fold_products.why_not, 'never sold')
        end as why_not,
        coalesce(placements.listed_customers, 0) as listed_customers,
        coalesce(placements.candidate_customers, 0) as candidate_customers,
        placements.closest['rank'] as best_candidate_rank,
        {{ shown_probability('placements.best_probability') }} as best_probability,
        coalesce(fold_products.customers, 0) as customers,
        coalesce(fold_products.orders, 0) as orders,
        percent_rank() over (order by coalesce(fold_products.customers, 0)) as popularity,
        fold_products.trend,
        fold_products.first_sold_at,
        fold_products.last_sold_at
    from products
    cross join customers
    left join fold_products on products.product_key = fold_products.product_key
    left join placements on products.product_key = placements.product_key
)

select * from final
order by product_id
