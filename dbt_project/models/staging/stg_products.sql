{% set mapped = ['product_id'] + described_columns() + ['recommend_as', 'price', 'available', 'excluded'] %}

with

lines as (select * from {{ source('shop', 'products') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'products'),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.product_id', 'formats.has_float_product_ids') }} as product_id,
        {% for column in described_columns() %}
        {{ clean_description(column, 'lines.' ~ column) }} as {{ column }},
        {% endfor %}
        {{ clean_id('lines.recommend_as', 'formats.has_float_product_ids') }} as recommend_as,
        {{ clean_price('lines.price', 'formats.has_decimal_comma') }} as price,
        not {{ is_empty('lines.price') }} as has_price,
        {{ clean_boolean('lines.available') }} as available,
        {{ clean_boolean('lines.excluded') }} as excluded,
        to_json(struct_pack(
            {% for column in mapped %}
            {{ column }} := lines.{{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        )) as row_json
    from lines
    left join formats on true
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
    {% for column in described_columns() %}
    {{ column }},
    {% endfor %}
    recommend_as,
    case when price >= 0 then price end as price,
    has_price and not coalesce(price >= 0, false) as is_price_unreadable,
    coalesce(available, true) as is_available,
    coalesce(excluded, false) as is_excluded,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from judged
