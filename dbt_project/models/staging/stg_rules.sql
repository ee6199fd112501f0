{% set texts = [
    'rule', 'category', 'brand', 'attribute', 'attribute_value', 'other_category', 'list_type', 'segment',
    'customer_attribute', 'customer_value', 'note'
] %}
{% set mapped = texts + ['action', 'product_id', 'other_product_id', 'value', 'starts', 'ends'] %}

with

lines as (select * from {{ source('shop', 'rules') }}),

settings as (select * from {{ ref('stg_settings') }}),

cleaned as (
    select
        lines.file,
        lines.row_number,
        {% for column in texts %}
        {{ clean_text('cast(lines.' ~ column ~ ' as varchar)') }} as {{ column }},
        {% endfor %}
        {% for column in ['starts', 'ends'] %}
        {{ clean_text('cast(lines.' ~ column ~ ' as varchar)') }} as {{ column }}_as_written,
        {% set date_order = 'coalesce(settings.date_order, ' ~ shown_date_order('lines.' ~ column) ~ ')' %}
        cast({{ clean_time('lines.' ~ column, date_order, 'settings.timezone') }} as date)
            as {{ column }}, -- noqa: RF04
        {% endfor %}
        replace(lower({{ clean_text('cast(lines.action as varchar)') }}), ' ', '_') as action_as_written,
        {{ clean_id('lines.product_id') }} as product_id,
        {{ clean_id('lines.other_product_id') }} as other_product_id,
        {{ clean_text('cast(lines.value as varchar)') }} as value_as_written,
        cast(
            {{ clean_share('lines.value', "coalesce(settings.decimal_separator = ',', false)") }} as decimal(18, 6)
        ) as number -- noqa: RF04
    from lines
    cross join settings
    -- empty lines of a spreadsheet
    where not (
        {% for column in mapped %}
        {{ is_blank('lines.' ~ column) }}
        {{ 'and ' if not loop.last }}
        {% endfor %}
    )
)

select
    cast(row_number() over (order by file, row_number) as integer) as rule_key,
    * exclude (action_as_written, number),
    case
        when value_as_written not like '%\%' escape '\' or action_as_written = 'reserve' then number
        -- a percentage: 20 and 20 % are the same
        when action_as_written = 'price_band' then number * 100
    end as value, -- noqa: RF04
    case when action_as_written = 'only' then 'require' else action_as_written end as action -- noqa: RF04
from cleaned
