-- Past folds are judged without rules; int_rule_trials applies each of them there.
with

folds_of_customers as (select * from {{ ref('int_customer_folds') }} where purpose = 'serve'),

customers as (select * from {{ ref('int_customers') }}),

list_types as (select * from {{ ref('int_list_types') }}),

rules as (select * from {{ ref('int_dated_rules') }} where is_active),

lists as (
    select
        folds_of_customers.fold,
        list_types.list_type,
        customers.customer_key
    from folds_of_customers
    cross join customers
    cross join list_types
)

{{ rules_of_lists() }}
