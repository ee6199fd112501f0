with

rules as (select * from {{ ref('int_dated_rules') }}),

lists as (select * from {{ ref('int_rule_trial_lists') }}),

-- each rule alone, whatever the date
rules_alone as (
    {{ rules_of_lists() }}
)

select
    *,
    rule_key as trial
from rules_alone
union all
-- trial -1 has all rules that are active today
select
    rules_alone.*,
    -1 as trial
from rules_alone
inner join rules on rules_alone.rule_key = rules.rule_key
where rules.is_active
