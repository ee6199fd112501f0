-- Past folds are judged without rules; int_rule_trials applies each of them there.
with

listed_customers as (select * from {{ ref('int_listed_customers') }} where fold = 'serving'),

list_types as (select * from {{ ref('int_list_types') }}),

rules as (select * from {{ ref('int_dated_rules') }} where is_active),

lists as (
    select
        listed_customers.fold,
        list_types.list_type,
        listed_customers.customer_key
    from listed_customers
    cross join list_types
)

{{ rules_of_lists() }}
