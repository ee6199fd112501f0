{% set of_every_shop = {
    'list type': list_type_names(), 'segment': rfm_segments(), 'attribute': rule_attributes(), 'action': rule_actions()
} %}

with

rules as (select * from {{ ref('stg_rules') }}),

customer_attributes as (select * from {{ ref('int_customer_attributes') }}),

names as (
    select
        kind,
        name
    from {{ ref('int_product_names') }}
    {% for kind, known in of_every_shop.items() %}
    {% for name in known %}
    union all
    select
        '{{ kind }}' as kind,
        '{{ name }}' as name
    {% endfor %}
    {% endfor %}
    union all
    select
        'customer attribute' as kind,
        attribute as name
    from customer_attributes
    union all
    select
        concat('customer attribute ', lower(attribute)) as kind,
        value as name
    from customer_attributes
)

select
    kind,
    {{ rule_match_key('kind', 'name') }} as match_key,
    min(name) as name
from names
where exists (select 1 from rules)
group by all
