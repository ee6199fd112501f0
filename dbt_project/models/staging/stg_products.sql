with

lines as (select * from {{ source('shop', 'products') }}),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.product_id') }} as product_id,
        {{ clean_text('lines.title') }} as title,
        {{ clean_text('lines.department') }} as department,
        {{ clean_text('lines.category') }} as category,
        {{ clean_text('lines.subcategory') }} as subcategory,
        {{ clean_text('lines.brand') }} as brand,
        {{ clean_text('lines.size') }} as size,
        {{ clean_text('lines.description') }} as description,
        try_cast(lines.price as decimal(18, 4)) as price,
        coalesce(try_cast(lines.available as boolean), true) as is_available,
        coalesce(try_cast(lines.excluded as boolean), false) as is_excluded,
        to_json(struct_pack(
            product_id := lines.product_id,
            title := lines.title,
            department := lines.department,
            category := lines.category,
            subcategory := lines.subcategory,
            brand := lines.brand,
            size := lines.size,
            description := lines.description,
            price := lines.price,
            available := lines.available,
            excluded := lines.excluded
        )) as row_json
    from lines
),

numbered as (
    select
        *,
        row_number() over (partition by product_id order by file, row_number) as line_number
    from cast_lines
),

judged as (
    select
        *,
        case
            when product_id is null then 'missing_product_id'
            when line_number > 1 then 'duplicate_product_id'
        end as reject_reason
    from numbered
)

select
    file,
    row_number,
    product_id,
    title,
    department,
    category,
    subcategory,
    brand,
    size,
    description,
    price,
    is_available,
    is_excluded,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from judged
