{#
  Which rules hold for which lists. Reads the CTEs `lists` (fold, list_type, customer_key) and `rules`
  (rule_key, action, value, segment, customer_attribute).
#}
{% macro rules_of_lists() -%}
select
    lists.fold,
    lists.list_type,
    lists.customer_key,
    rules.rule_key,
    rules.action,
    rules.value
from lists
cross join rules
left join {{ ref('int_fold_rfm') }} as rfm
    on rules.segment is not null and lists.fold = rfm.fold and lists.customer_key = rfm.customer_key
where
    (
        rules.list_type is null
        or (rules.rule_key, lists.list_type) in (
            select (names.rule_key, names.match_key)
            from {{ ref('int_rule_names') }} as names
            where names.column_name = 'list_type'
        )
    )
    and (
        rules.segment is null
        or (rules.rule_key, coalesce(rfm.segment, 'no purchases')) in (
            select (names.rule_key, names.match_key)
            from {{ ref('int_rule_names') }} as names
            where names.column_name = 'segment'
        )
    )
    and (
        rules.customer_attribute is null
        or (rules.rule_key, lists.customer_key) in (
            select (names.rule_key, attributes.customer_key)
            from {{ ref('int_rule_names') }} as names
            inner join {{ ref('int_customer_attributes') }} as attributes
                on
                    names.kind = concat('customer attribute ', lower(attributes.attribute))
                    and names.match_key = lower(attributes.value)
            where names.column_name = 'customer_value'
        )
    )
{%- endmacro %}
