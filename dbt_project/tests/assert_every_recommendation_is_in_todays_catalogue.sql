-- In the catalogue, or where the shop wants them a product without any sale, or one that a rule pins.
with

recommendations as (select * from {{ ref('recommendations') }}),

catalogue as (select * from {{ ref('products') }} where is_recommendable),

new_products as (select * from {{ ref('int_new_products') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }} where recommend_new_products > 0),

rules as (select * from {{ ref('int_dated_rules') }} where is_active and action = 'pin'),

pins as (
    select products.product_id
    from {{ ref('int_rule_products') }} as pinned
    inner join rules on pinned.rule_key = rules.rule_key
    inner join {{ ref('int_products') }} as products on pinned.product_key = products.product_key
    where pinned.fold = 'serving'
)

select recommendations.*
from recommendations
anti join catalogue on recommendations.product_id = catalogue.product_id
left join new_products on recommendations.product_id = new_products.product_id
where
    (new_products.product_id is null or not exists (select 1 from settings))
    and recommendations.product_id not in (select pins.product_id from pins)
