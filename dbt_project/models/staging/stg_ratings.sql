with

lines as (select * from {{ source('shop', 'ratings') }}),

settings as (select * from {{ ref('stg_settings') }}),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.customer_id') }} as customer_id,
        {{ clean_id('lines.product_id') }} as product_id,
        try_cast(lines.rating as double) as rating,
        try_cast(lines.rated_at as timestamp) as rated_at,
        to_json(struct_pack(
            customer_id := lines.customer_id,
            product_id := lines.product_id,
            rating := lines.rating,
            rated_at := lines.rated_at
        )) as row_json,
        lines.rated_at is not null and try_cast(lines.rated_at as timestamp) is null as has_bad_time
    from lines
),

judged as (
    select
        cast_lines.*,
        case
            when cast_lines.customer_id is null then 'missing_customer_id'
            when cast_lines.product_id is null then 'missing_product_id'
            when cast_lines.rating is null or isnan(cast_lines.rating) then 'unreadable_rating'
            when cast_lines.rating not between settings.rating_min and settings.rating_max then 'rating_off_scale'
            when cast_lines.has_bad_time then 'unreadable_rated_at'
            when cast_lines.rated_at >= settings.as_of + interval 1 day then 'after_as_of'
        end as own_reason
    from cast_lines
    cross join settings
),

numbered as (
    select
        *,
        row_number() over (
            partition by customer_id, product_id, own_reason
            order by rated_at desc nulls last, file desc, row_number desc
        ) as recency_number
    from judged
),

reasoned as (
    select
        *,
        case when own_reason is null and recency_number > 1 then 'superseded_rating' else own_reason end
            as reject_reason
    from numbered
)

select
    file,
    row_number,
    customer_id,
    product_id,
    rating,
    rated_at,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from reasoned
