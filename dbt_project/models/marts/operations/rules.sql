with

rules as (select * from {{ ref('int_dated_rules') }}),

forbidden as (select * from {{ ref('int_forbidden_products') }}),

pinned as (select * from {{ ref('int_rule_products') }} where fold = 'serving' and action = 'pin'),

-- a pin names one product
out_of_all_lists as (
    select
        pinned.rule_key,
        concat('the rule ''', rules.rule, ''' keeps its product out of all lists') as why
    from pinned
    inner join forbidden on pinned.product_key = forbidden.product_key
    inner join rules on forbidden.rule_key = rules.rule_key
),

reasoned as (
    select
        rules.* exclude (why_not_active),
        coalesce(rules.why_not_active, out_of_all_lists.why) as why_not_active
    from rules
    left join out_of_all_lists on rules.rule_key = out_of_all_lists.rule_key
)

select
    rule,
    action,
    product_id as product_ids,
    category,
    brand,
    attribute,
    attribute_value,
    other_product_id as other_product_ids,
    other_category,
    cast(value as double) as value,
    list_type,
    segment,
    customer_attribute,
    customer_value,
    starts,
    ends,
    note,
    why_not_active is null as is_active,
    why_not_active
from reasoned
order by rule_key
