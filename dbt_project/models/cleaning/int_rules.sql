{# So many faults are told at once. #}
{% set told = 20 %}

with

rules as (select * from {{ ref('stg_rules') }}),

faults as (
    select
        *,
        row_number() over (order by file, row_number, fault) as fault_number,
        count(*) over () as faults
    from {{ ref('int_rule_faults') }}
),

-- all at once, before anything is computed
message as (
    select
        concat(
            'rules: ', max(faults), case when max(faults) = 1 then ' fault' else ' faults' end,
            ' (lines are counted below the header): ',
            string_agg(
                concat(
                    file, ', line ', row_number,
                    case when rule is not null then concat(', rule ''', rule, '''') end, ': ', fault
                ),
                '; ' order by fault_number
            ),
            case when max(faults) > {{ told }} then concat('; and ', max(faults) - {{ told }}, ' more') end
        ) as message
    from faults
    where fault_number <= {{ told }}
    having count(*) > 0
),

gate as (
    select max(message.message) is null or {{ raised('max(message.message)') }} is null as is_open
    from message
),

checked as (
    select rules.*
    from gate
    left join rules on gate.is_open
    where rules.rule_key is not null
)

select
    rule_key,
    rule,
    action,
    product_id,
    category,
    brand,
    attribute,
    attribute_value,
    other_product_id,
    other_category,
    value,
    list_type,
    segment,
    customer_attribute,
    customer_value,
    starts,
    ends,
    note
from checked
