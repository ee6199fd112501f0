-- What a rule keeps out of all lists of all customers is shown nowhere else either: a recall, say.
with

rule_products as (select * from {{ ref('int_rule_products') }} where fold = 'serving'),

rules_for_all as (
    select *
    from {{ ref('int_dated_rules') }}
    where is_active and list_type is null and segment is null and customer_attribute is null
)

select
    rule_products.product_key,
    min(rules_for_all.rule_key) as rule_key
from rule_products
inner join rules_for_all on rule_products.rule_key = rules_for_all.rule_key
where rule_products.action in ('exclude', 'require', 'price_min', 'price_max', 'in_stock_only')
group by rule_products.product_key
