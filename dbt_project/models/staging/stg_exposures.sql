{% set legal_lists = "'" ~ list_type_names() | join("', '") ~ "'" %}

with

lines as (select * from {{ source('shop', 'exposures') }}),

settings as (select * from {{ ref('stg_settings') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'exposures'),

guests as (select id from {{ source('shop', 'listed_ids') }} where list = 'guest_ids'),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.customer_id', 'formats.has_float_customer_ids') }} as customer_id,
        {{ clean_id('lines.product_id', 'formats.has_float_product_ids') }} as product_id,
        regexp_replace(lower({{ clean_text('cast(lines.list_type as varchar)') }}), '[ -]+', '_', 'g') as list_type,
        {{ is_blank('lines.clicked_at') }} as has_no_click,
        {% for column in ['shown_at', 'clicked_at'] %}
        {{ clean_time('lines.' ~ column, 'formats.date_order', 'settings.timezone') }} as {{ column }},
        formats.date_order is null and {{ shows_date_order('lines.' ~ column, '') }} as is_day_or_month_{{ column }},
        {% endfor %}
        {{ is_blank('lines.shown_at') }} as has_no_time,
        to_json(struct_pack(
            customer_id := lines.customer_id,
            product_id := lines.product_id,
            list_type := lines.list_type,
            shown_at := lines.shown_at,
            clicked_at := lines.clicked_at
        )) as row_json
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
        settings.as_of,
        case
            when recognised.is_forgotten then 'forgotten'
            when recognised.customer_id is null then 'missing_customer_id'
            when guests.id is not null then 'guest_exposure'
            when recognised.product_id is null then 'missing_product_id'
            when recognised.list_type not in ({{ legal_lists }}) then 'unknown_list_type'
            when recognised.has_no_time then 'missing_shown_at'
            when recognised.shown_at is null and recognised.is_day_or_month_shown_at then 'ambiguous_shown_at'
            when recognised.shown_at is null then 'unreadable_shown_at'
            when recognised.shown_at < settings.earliest_day then 'implausible_shown_at'
            when recognised.shown_at >= {{ build_started_at() }} + interval 2 day then 'in_the_future'
            when recognised.shown_at >= settings.as_of + interval 1 day then 'after_as_of'
            when
                not recognised.has_no_click and recognised.clicked_at is null and recognised.is_day_or_month_clicked_at
                then 'ambiguous_clicked_at'
            when not recognised.has_no_click and recognised.clicked_at is null then 'unreadable_clicked_at'
            -- a click of which only the day is known may have followed
            when
                recognised.clicked_at < recognised.shown_at
                and recognised.clicked_at <> date_trunc('day', recognised.shown_at)
                then 'clicked_before_shown'
            when recognised.clicked_at >= {{ build_started_at() }} + interval 2 day then 'clicked_in_the_future'
        end as own_reason
    from recognised
    cross join settings
    left join guests on recognised.customer_id = guests.id
),

-- of lines of one moment the one with the first click counts
numbered as (
    select
        *,
        row_number() over (
            partition by customer_id, product_id, list_type, shown_at, own_reason
            order by clicked_at asc nulls last, file asc, row_number asc
        ) as line_number
    from judged
),

reasoned as (
    select
        *,
        case when own_reason is null and line_number > 1 then 'duplicate_exposure' else own_reason end as reject_reason
    from numbered
)

select
    file,
    row_number,
    case when not is_forgotten then customer_id end as customer_id,
    product_id,
    list_type,
    shown_at,
    -- what is clicked after the day that the shop is looked at, hasn't been clicked yet
    case when as_of is null or clicked_at < as_of + interval 1 day then clicked_at end as clicked_at,
    reject_reason,
    case
        when is_forgotten then '{}'
        when reject_reason is not null then row_json
    end as row_json
from reasoned
