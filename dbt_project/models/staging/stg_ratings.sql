with

lines as (select * from {{ source('shop', 'ratings') }}),

settings as (select * from {{ ref('stg_settings') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'ratings'),

guests as (select id from {{ source('shop', 'listed_ids') }} where list = 'guest_ids'),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.customer_id', 'formats.has_float_customer_ids') }} as customer_id,
        {{ clean_id('lines.product_id', 'formats.has_float_product_ids') }} as product_id,
        {{ clean_rating('lines.rating', 'formats.has_decimal_comma') }} as rating,
        {{ clean_time('lines.rated_at', 'formats.date_order', 'settings.timezone') }} as rated_at,
        to_json(struct_pack(
            customer_id := lines.customer_id,
            product_id := lines.product_id,
            rating := lines.rating,
            rated_at := lines.rated_at
        )) as row_json,
        {{ is_empty('lines.rating') }} as has_no_rating,
        {{ is_empty('lines.rated_at') }} as has_no_time,
        formats.date_order is null and {{ shows_date_order('lines.rated_at', '') }} as is_day_or_month
    from lines
    cross join settings
    left join formats on true
),

recognised as (
    select
        *,
        {{ is_forgotten('customer_id') }} as is_forgotten
    from cast_lines
),

judged as (
    select
        recognised.*,
        case
            when recognised.is_forgotten then 'forgotten'
            when recognised.customer_id is null then 'missing_customer_id'
            when guests.id is not null then 'guest_rating'
            when recognised.product_id is null then 'missing_product_id'
            when recognised.has_no_rating then 'missing_rating'
            when recognised.rating is null or isnan(recognised.rating) then 'unreadable_rating'
            when recognised.rating not between settings.rating_min and settings.rating_max then 'rating_off_scale'
            when not recognised.has_no_time and recognised.rated_at is null and recognised.is_day_or_month
                then 'ambiguous_rated_at'
            when not recognised.has_no_time and recognised.rated_at is null then 'unreadable_rated_at'
            when recognised.rated_at < settings.earliest_day then 'implausible_rated_at'
            when recognised.rated_at >= {{ build_started_at() }} + interval 2 day then 'in_the_future'
            when recognised.rated_at >= settings.as_of + interval 1 day then 'after_as_of'
        end as own_reason
    from recognised
    cross join settings
    left join guests on recognised.customer_id = guests.id
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
    case when not is_forgotten then customer_id end as customer_id,
    product_id,
    rating,
    rated_at,
    reject_reason,
    case
        when is_forgotten then '{}'
        when reject_reason is not null then row_json
    end as row_json
from reasoned
