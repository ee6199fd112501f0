{% set ids = ['product_id', 'store_id'] %}
{% set days = ['starts', 'ends', 'week', 'planned_at'] %}
{% set columns = ids + ['category', 'kind', 'discount'] + days %}

with

lines as (select * from {{ source('shop', 'promotions') }}),

settings as (select * from {{ ref('stg_settings') }}),

{{ cleaned_values(columns, ids, days) }},

category_values as (
    select
        written,
        {{ clean_text(listed_category('written', 2)) }} as value
    from category_written
),

kind_values as (
    select
        written,
        lower({{ clean_text(as_text('written')) }}) as value
    from kind_written
),

discount_values as (
    select
        discount_written.written,
        {{ clean_share('discount_written.written', "coalesce(settings.decimal_separator = ',', false)") }} as value
    from discount_written
    cross join settings
),

cast_lines as (
    select
        lines.*,
        {% for column in columns %}
        {{ column }}_values.value as clean_{{ column }},
        {% endfor %}
        cast(coalesce(starts_values.value, week_values.value) as date) as first_day,
        cast(coalesce(ends_values.value, week_values.value + interval 6 day) as date) as last_day,
        settings.earliest_day
    from lines
    cross join settings
    {% for column in columns %}
    left join {{ column }}_values on lines.{{ column }} = {{ column }}_values.written
    {% endfor %}
),

judged as (
    select
        *,
        case
            when clean_product_id is null and clean_category is null then 'missing_product_id'
            when first_day is null and {{ is_empty('starts') }} and {{ is_empty('week') }} then 'missing_starts'
            when first_day is null then 'unreadable_starts'
            when first_day < earliest_day then 'implausible_starts'
            when clean_ends is null and not {{ is_empty('ends') }} then 'unreadable_ends'
            when last_day < first_day then 'ends_before_it_starts'
            when clean_planned_at is null and not {{ is_empty('planned_at') }} then 'unreadable_planned_at'
            when not coalesce(clean_discount between 0 and 1, false) and not {{ is_empty('discount') }}
                then 'unreadable_discount'
        end as reject_reason
    from cast_lines
)

select
    case when reject_reason is not null then file end as file, -- noqa: RF04
    case when reject_reason is not null then row_number end as row_number,
    clean_product_id as product_id,
    case when clean_product_id is null then clean_category end as category,
    clean_store_id as store_id,
    first_day as starts, -- noqa: RF04
    last_day as ends,
    clean_kind as kind,
    clean_discount as discount,
    clean_planned_at as planned_at,
    reject_reason,
    case
        when reject_reason is not null then to_json(struct_pack(
            {% for column in columns %}
            {{ column }} := {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        ))
    end as row_json
from judged
