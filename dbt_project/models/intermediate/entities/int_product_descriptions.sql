{# From the nearest to the furthest: the product file, lines, and those of its sizes and colours. #}
{% set sources = [('stg_products', 'product_id'), ('stg_descriptions', 'product_id'),
    ('stg_products', 'parent'), ('stg_descriptions', 'parent')] %}
{# What sizes and colours differ by is said of their parent only where those that say it agree. #}
{% set varying = ['size', 'attributes'] %}

with

products as (select * from {{ ref('stg_products') }} where reject_reason is null),

descriptions as (select * from {{ ref('stg_descriptions') }}),

parents as (select * from {{ ref('int_product_parents') }}),

said as (
    {% for relation, whose in sources %}
    select
        {{ loop.index }} as distance,
        {{ 'parents.recommend_as' if whose == 'parent' else 'source.product_id' }} as product_id,
        {% for column in described_columns() %}
        source.{{ column }},
        {% endfor %}
        {{ 'source.sold_lines, source.lines' if relation == 'stg_descriptions' else '0 as sold_lines, 0 as lines' }}
    from {{ 'descriptions' if relation == 'stg_descriptions' else 'products' }} as source
    {% if whose == 'parent' %}
    inner join parents on source.product_id = parents.product_id
    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

{% for column in described_columns() %}
of_{{ column }} as (
    select
        product_id,
        {{ column }} as value,
        row_number() over (
            partition by product_id
            order by distance asc, sum(sold_lines) desc, sum(lines) desc, {{ column }} asc
        ) as place
    from said
    where {{ column }} is not null
    group by product_id, {{ column }}, distance
    {% if column in varying %}
    qualify
        distance <= 2
        or (
            distance = min(distance) over (partition by product_id)
            and min({{ column }}) over (partition by product_id, distance)
            = max({{ column }}) over (partition by product_id, distance)
        )
    {% endif %}
),
{% endfor %}

ids as (select distinct product_id from said),

described as (
    select
        {% for column in described_columns() %}
        of_{{ column }}.value as {{ column }},
        {% endfor %}
        ids.product_id
    from ids
    {% for column in described_columns() %}
    left join of_{{ column }} on ids.product_id = of_{{ column }}.product_id and of_{{ column }}.place = 1
    {% endfor %}
)

select * from described
