{% set actions = rule_actions() %}
{% set said = [
    'action', 'product_id', 'category', 'brand', 'attribute', 'attribute_value', 'other_product_id', 'other_category',
    'value_as_written', 'list_type', 'segment', 'customer_attribute', 'customer_value', 'starts_as_written',
    'ends_as_written'
] %}
{% set written = "concat('''', value_as_written, '''')" %}

with

settings as (select * from {{ ref('stg_settings') }}),

stg_rules as (select * from {{ ref('stg_rules') }}),

rules as (
    select
        stg_rules.*,
        settings.list_length,
        coalesce(stg_rules.product_id, stg_rules.category, stg_rules.brand, stg_rules.attribute) is not null
            as names_products,
        coalesce(stg_rules.other_product_id, stg_rules.other_category) is not null as names_others,
        count(*) over (partition by lower(stg_rules.rule)) as rules_of_name,
        min(stg_rules.rule_key) over (
            partition by
                {% for column in said %}
                lower(stg_rules.{{ column }}),
                {% endfor %}
                stg_rules.value
        ) as first_alike
    from stg_rules
    cross join settings
),

products as (select * from {{ ref('int_products') }}),

priced as (
    select product_id
    from products
    where list_price is not null
    union all
    select product_id
    from {{ ref('int_purchase_lines') }}
    where amount is not null
),


faults as (
    select * from {{ ref('int_unknown_rule_names') }}
    union all
    select
        rule_key,
        unnest(list_filter([
            case when rule is null then 'it has no name: write one in the column rule' end,
            case when rules_of_name > 1 then 'several rules have this name: give each its own' end,
            case
                when rule is not null and rules_of_name = 1 and first_alike <> rule_key
                    then 'it says the same as a rule above it: remove one of them'
            end,
            case when action is null then 'it has no action (legal: {{ actions | join(", ") }})' end,
            {% for name, action in actions.items() %}
            {{ fault_of_value(name, action, written) }},
            {% if action.needs_products | default(false) %}
            case
                when action = '{{ name }}' and not names_products
                    then 'it names no products: fill in product_id, category, brand or attribute'
            end,
            {% endif %}
            {% endfor %}
            case
                when
                    action = 'pin'
                    and (
                        product_id is null
                        or contains(product_id, '|')
                        or coalesce(category, brand, attribute) is not null
                    )
                    then 'pin needs one product: fill in product_id and no other product column'
            end,
            case
                when action = 'not_sold_together' and not names_others
                    then 'the other side is missing: fill in other_product_id or other_category'
                when action <> 'not_sold_together' and names_others
                    then 'other_product_id and other_category are for not_sold_together: leave them empty'
            end,
            case
                when attribute is null and attribute_value is not null then 'attribute_value needs an attribute'
                when attribute is not null and attribute_value is null and action <> 'cap'
                    then 'attribute needs an attribute_value'
            end,
            case
                when customer_attribute is null and customer_value is not null
                    then 'customer_value needs a customer_attribute'
                when customer_attribute is not null and customer_value is null
                    then 'customer_attribute needs a customer_value'
            end,
            {% for column in ['starts', 'ends'] %}
            case
                when {{ column }}_as_written is not null and {{ column }} is null
                    then concat(
                        '{{ column }} is ''', {{ column }}_as_written, ''', which is no day: write it as 2024-12-31'
                    )
            end,
            {% endfor %}
            case when ends < starts then concat('it ends on ', ends, ', before it starts on ', starts) end,
            case
                when action like 'price%' and not exists (select 1 from priced)
                    then 'no product of this shop has a price'
            end
        ], lambda fault: fault is not null)) as fault
    from rules
)

select
    rules.file,
    rules.row_number,
    rules.rule,
    faults.fault
from faults
inner join rules on faults.rule_key = rules.rule_key
union all
select
    file,
    row_number,
    null as rule,
    concat('the line can''t be read: ', replace(reject_reason, '_', ' ')) as fault
from {{ ref('stg_unreadable_lines') }}
where source = 'rules'
