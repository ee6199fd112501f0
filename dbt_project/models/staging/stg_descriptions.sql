{% set columns = described_columns() + ['recommend_as'] %}

with

formats as (select * from {{ ref('stg_formats') }}),

-- descriptions on lines are counted as distinct values, because most lines repeat them
spoken as (
    {% for input in ['purchases', 'ratings'] %}
    select
        '{{ input }}' as input,
        {{ id_as_text('product_id') }} as product_id,
        {% for column in described_columns() %}
        {{ described_text(column, column) }} as {{ column }},
        {% endfor %}
        {{ id_as_text('recommend_as') }} as recommend_as,
        count(*) as lines,
        {% if input == 'purchases' %}
        count(*) filter (where {{ is_sold(['quantity', 'unit_price', 'amount']) }}) as sold_lines
        {% else %}
        count(*) as sold_lines
        {% endif %}
    from {{ source('shop', input) }}
    where product_id is not null and ({{ columns | join(' is not null or ') }} is not null)
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

cleaned as (
    select
        {{ clean_id('spoken.product_id', 'formats.has_float_product_ids') }} as product_id,
        {% for column in described_columns() %}
        {{ clean_text('spoken.' ~ column) }} as {{ column }},
        {% endfor %}
        {{ clean_id('spoken.recommend_as', 'formats.has_float_recommend_as') }} as recommend_as,
        spoken.lines,
        spoken.sold_lines
    from spoken
    left join formats on spoken.input = formats.input
)

select
    product_id,
    {% for column in columns %}
    {{ column }},
    {% endfor %}
    sum(lines) as lines,
    sum(sold_lines) as sold_lines
from cleaned
where product_id is not null
group by all
