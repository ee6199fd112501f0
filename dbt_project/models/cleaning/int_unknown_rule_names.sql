{# Cells of rules with one name each; int_rule_names has those that may hold several. #}
{% set single = {'action': 'action', 'attribute': 'attribute', 'customer_attribute': 'customer attribute'} %}
{# More legal names than this would hide the rest of a message. #}
{% set most_listed = 20 %}
{# Names that are less alike than this are no advice. #}
{% set least_alike = 0.7 %}

with

rules as (select * from {{ ref('stg_rules') }}),

known_names as (select * from {{ ref('int_known_names') }}),

products as (select * from {{ ref('int_products') }}),

names as (
    select
        rule_key,
        column_name,
        kind,
        name,
        match_key
    from {{ ref('int_rule_names') }}
    {% for column, kind in single.items() %}
    union all
    select
        rule_key,
        '{{ column }}' as column_name,
        '{{ kind }}' as kind,
        {{ column }} as name,
        lower({{ column }}) as match_key
    from rules
    where {{ column }} is not null
    {% endfor %}
),

strange as (
    select names.*
    from names
    anti join known_names on names.kind = known_names.kind and names.match_key = known_names.match_key
),

-- of an attribute that isn't known, no value is
unknown as (
    select strange.*
    from strange
    anti join strange as attributes
        on
            strange.rule_key = attributes.rule_key
            and (strange.column_name, attributes.column_name)
            in (('attribute_value', 'attribute'), ('customer_value', 'customer_attribute'))
),

titles as (
    select
        lower(products.title) as title,
        min(products.product_id) as product_id
    from products
    semi join unknown on unknown.kind = 'product' and lower(products.title) = lower(unknown.name)
    group by lower(products.title)
),

-- a spreadsheet takes the zeros at the beginning of an id away
with_zeros as (
    select
        unknown.name,
        min(known_names.name) as product_id
    from known_names
    inner join unknown
        on known_names.kind = unknown.kind and ltrim(known_names.match_key, '0') = ltrim(unknown.match_key, '0')
    where unknown.kind = 'product'
    group by unknown.name
),

nearest as (
    select
        unknown.rule_key,
        unknown.column_name,
        unknown.name,
        unknown.kind,
        {% set similarity = 'jaro_winkler_similarity(lower(unknown.name), lower(known_names.name))' %}
        arg_max(known_names.name, ({{ similarity }}, known_names.name)) as nearest_name,
        max({{ similarity }}) as similarity,
        count(known_names.name) as known,
        string_agg(known_names.name, ', ' order by known_names.name) as legal
    from unknown
    left join known_names on unknown.kind = known_names.kind
    group by unknown.rule_key, unknown.column_name, unknown.name, unknown.kind
)

select
    nearest.rule_key,
    concat(
        'unknown ', nearest.column_name, ' ''', nearest.name, '''',
        case
            when titles.product_id is not null then concat('; that is the title of product ''', titles.product_id, '''')
            when with_zeros.product_id is not null
                then concat('; did you mean ''', with_zeros.product_id, '''? Zeros at its beginning are part of an id')
            when nearest.similarity >= {{ least_alike }} then concat('; did you mean ''', nearest.nearest_name, '''?')
        end,
        case
            when nearest.known = 0 then '; this shop has none'
            when nearest.known <= {{ most_listed }} then concat(' (legal: ', nearest.legal, ')')
        end
    ) as fault
from nearest
left join titles on nearest.kind = 'product' and lower(nearest.name) = titles.title
left join with_zeros on nearest.kind = 'product' and nearest.name = with_zeros.name
