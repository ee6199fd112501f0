{# Sources of a description by priority: the product file, lines, lines of variants. #}
{% set sources = [('stg_products', 'product_id'), ('stg_descriptions', 'product_id'),
    ('stg_products', 'parent'), ('stg_descriptions', 'parent')] %}
{# Columns in which variants differ: a parent gets a value only if all variants with one agree. #}
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
    where {{ column }} is not null{{ ' and distance <= 2' if column in varying }}
    group by product_id, {{ column }}, distance
),

{% if column in varying %}
agreed_{{ column }} as (
    select
        parents.recommend_as as product_id,
        min(of_{{ column }}.value) as value
    from of_{{ column }}
    inner join parents on of_{{ column }}.product_id = parents.product_id
    where of_{{ column }}.place = 1
    group by parents.recommend_as
    having min(of_{{ column }}.value) = max(of_{{ column }}.value)
),
{% endif %}
{% endfor %}

ids as (select distinct product_id from said),

described as (
    select
        {% for column in described_columns() %}
        {% if column in varying %}
        coalesce(of_{{ column }}.value, agreed_{{ column }}.value) as {{ column }},
        {% else %}
        of_{{ column }}.value as {{ column }},
        {% endif %}
        {% endfor %}
        ids.product_id
    from ids
    {% for column in described_columns() %}
    left join of_{{ column }} on ids.product_id = of_{{ column }}.product_id and of_{{ column }}.place = 1
    {% if column in varying %}
    left join agreed_{{ column }} on ids.product_id = agreed_{{ column }}.product_id
    {% endif %}
    {% endfor %}
)

select * from described
