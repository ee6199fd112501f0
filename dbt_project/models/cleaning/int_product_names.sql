{{ config(materialized='view') }}

with

products as (select * from {{ ref('int_products') }}),

rules as (select * from {{ ref('stg_rules') }}),

-- a variant stands for the product that it is listed as
named as (
    select
        coalesce(listed.product_key, products.product_key) as product_key,
        'product' as kind,
        products.product_id as name
    from products
    left join products as listed on products.recommend_as = listed.product_id
    union all
    select
        product_key,
        'category' as kind,
        coalesce(category, department) as name
    from products
    union all
    select
        product_key,
        'brand' as kind,
        brand as name
    from products
    {% for attribute in rule_attributes() %}
    union all
    select
        product_key,
        'attribute {{ attribute }}' as kind,
        {{ attribute }} as name
    from products
    {% endfor %}
    -- of several attributes in one text each is one
    union all
    select
        product_key,
        'attribute attributes' as kind,
        trim(unnest(string_split(attributes, ','))) as name
    from products
    where contains(attributes, ',')
)

-- only rules ask for them
select
    *,
    {{ rule_match_key('kind', 'name') }} as match_key
from named
where name is not null and exists (select 1 from rules)
