with

products as (select * from {{ ref('stg_products') }} where reject_reason is null),

descriptions as (select * from {{ ref('int_product_descriptions') }}),

parents as (select * from {{ ref('int_product_parents') }}),

non_products as (select * from {{ ref('int_non_products') }}),

ids as (
    select product_id from products
    union
    select product_id from {{ ref('stg_purchases') }} where reject_reason is null
    union
    select product_id from {{ ref('stg_ratings') }} where reject_reason is null
    union
    select recommend_as as product_id from parents
),

-- a parent without a price or availability in the product file has the price of its cheapest variant there
-- and is available if one of them is, unless it is sold by its own id
of_variants as (
    select
        parents.recommend_as as product_id,
        min(products.price) as price,
        -- no more is earned than by the dearest of them
        max(products.cost) as cost, -- noqa: RF04
        min(products.margin) as margin,
        sum(products.stock) as stock,
        bool_or(coalesce(products.is_available, true)) as is_available,
        bool_and(products.is_excluded) as is_excluded
    from parents
    inner join products on parents.product_id = products.product_id
    group by parents.recommend_as
),

sold as (select distinct product_id from {{ ref('stg_purchases') }} where reject_reason is null),

described as (
    select
        ids.product_id,
        coalesce(products.product_id, of_variants.product_id) is not null as is_described,
        coalesce(descriptions.title, ids.product_id) as title,
        descriptions.department,
        descriptions.category,
        descriptions.subcategory,
        descriptions.brand,
        descriptions.size,
        descriptions.attributes,
        descriptions.description,
        coalesce(products.price, of_variants.price) as list_price,
        coalesce(products.cost, of_variants.cost) as cost, -- noqa: RF04
        coalesce(products.margin, of_variants.margin) as margin,
        coalesce(products.stock, of_variants.stock) as stock,
        coalesce(
            products.is_available,
            (products.product_id is not null and sold.product_id is not null) or of_variants.is_available,
            true
        ) as is_available,
        coalesce(products.is_excluded, of_variants.is_excluded, false) or non_products.product_id is not null
            as is_excluded,
        -- products that the shop excludes need no further check
        case when not coalesce(products.is_excluded, of_variants.is_excluded, false) then non_products.kind end
            as non_product_kind,
        parents.recommend_as
    from ids
    left join products on ids.product_id = products.product_id
    left join descriptions on ids.product_id = descriptions.product_id
    left join of_variants on ids.product_id = of_variants.product_id
    left join sold on ids.product_id = sold.product_id
    left join parents on ids.product_id = parents.product_id
    left join non_products on ids.product_id = non_products.product_id
),

keyed as (
    select
        cast({{ steady_number('product_id', 'products') }} as integer) as product_key,
        *,
        -- dense codes of the category columns, 1 upwards; null where the shop says nothing
        {{ steady_number('department', 'departments') }} as department_code,
        {{ steady_number('category', 'categories') }} as category_code,
        {{ steady_number('subcategory', 'subcategories') }} as subcategory_code,
        {{ steady_number('brand', 'brands') }} as brand_code
    from described
)

select * from keyed
