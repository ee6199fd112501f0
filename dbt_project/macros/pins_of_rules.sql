{#
  Pinned products and the lists that may hold them: lists of new products hold none that the customer knows, lists
  of bought ones no others. Reads the CTE `list_rules` (trial, fold, list_type, customer_key, rule_key, action, value).
#}
{% macro pins_of_rules() -%}
with

pinned as (
    select
        list_rules.trial,
        list_rules.fold,
        list_rules.list_type,
        list_rules.customer_key,
        rule_products.product_key,
        list_rules.rule_key,
        cast(list_rules.value as integer) as rank
    from list_rules
    inner join {{ ref('int_rule_products') }} as rule_products
        on list_rules.fold = rule_products.fold and list_rules.rule_key = rule_products.rule_key
    inner join {{ ref('int_list_types') }} as list_types on list_rules.list_type = list_types.list_type
    left join {{ ref('int_interactions') }} as interactions
        on
            list_rules.fold = interactions.fold
            and list_rules.customer_key = interactions.customer_key
            and rule_products.product_key = interactions.product_key
    where
        list_rules.action = 'pin'
        and case
            when interactions.product_key is null then list_types.takes_new
            -- what was only rated is nothing to buy again
            else list_types.takes_bought and (list_types.takes_new or interactions.first_at is not null)
        end
),

unsold as (
    {{ not_sold_to('pinned') }}
)

select pinned.*
from pinned
anti join unsold
    on
        pinned.fold = unsold.fold
        and pinned.customer_key = unsold.customer_key
        and pinned.product_key = unsold.product_key
{%- endmacro %}
