with

rules as (select * from {{ ref('int_dated_rules') }})

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
    is_active,
    why_not_active
from rules
order by rule_key
