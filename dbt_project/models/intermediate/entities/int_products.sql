with

purchases as (select * from {{ ref('stg_purchases') }}),

ratings as (select * from {{ ref('stg_ratings') }}),

products as (select * from {{ ref('stg_products') }} where reject_reason is null),

ids as (
    select product_id from products
    union
    select product_id from purchases where reject_reason is null
    union
    select product_id from ratings where reject_reason is null
),

described as (
    select
        ids.product_id,
        products.product_id is not null as is_described,
        coalesce(products.title, ids.product_id) as title,
        products.department,
        products.category,
        products.subcategory,
        products.brand,
        products.size,
        products.description,
        products.price as list_price,
        coalesce(products.is_available, true) as is_available,
        coalesce(products.is_excluded, false) as is_excluded
    from ids
    left join products on ids.product_id = products.product_id
),

keyed as (
    select
        cast(row_number() over (order by product_id) as integer) as product_key,
        *,
        -- dense codes of the category columns, 1 upwards; null where the shop says nothing
        case when department is not null then dense_rank() over (order by department nulls last) end
            as department_code,
        case when category is not null then dense_rank() over (order by category nulls last) end
            as category_code,
        case when subcategory is not null then dense_rank() over (order by subcategory nulls last) end
            as subcategory_code,
        case when brand is not null then dense_rank() over (order by brand nulls last) end
            as brand_code
    from described
)

select * from keyed
