{% set ids = ['product_id', 'store_id'] %}
{% set days = ['starts', 'ends'] %}
{% set columns = ids + days %}

with

lines as (select * from {{ source('shop', 'assortment') }}),

settings as (select * from {{ ref('stg_settings') }}),

{{ cleaned_values(columns, ids, days) }},

cast_lines as (
    select
        {% for column in columns %}
        {{ column }}_values.value as clean_{{ column }},
        {% endfor %}
        lines.*
    from lines
    {% for column in columns %}
    left join {{ column }}_values on lines.{{ column }} = {{ column }}_values.written
    {% endfor %}
),

judged as (
    select
        *,
        case
            when clean_product_id is null then 'missing_product_id'
            when clean_starts is null and not {{ is_empty('starts') }} then 'unreadable_starts'
            when clean_ends is null and not {{ is_empty('ends') }} then 'unreadable_ends'
            when cast(clean_ends as date) < cast(clean_starts as date) then 'ends_before_it_starts'
        end as reject_reason
    from cast_lines
)

select
    file, -- noqa: RF04
    row_number,
    clean_product_id as product_id,
    clean_store_id as store_id,
    cast(clean_starts as date) as starts, -- noqa: RF04
    cast(clean_ends as date) as ends,
    reject_reason,
    case
        when reject_reason is not null then to_json(struct_pack(
            {% for column in columns %}
            {{ column }} := {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        ))
    end as row_json
from judged
