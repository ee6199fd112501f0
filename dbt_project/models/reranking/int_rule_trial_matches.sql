with

list_rules as (select * from {{ ref('int_rule_trial_rules') }}),

all_candidates as (select * from {{ ref('int_rule_trial_candidates') }}),

pins as (
    {{ pins_of_rules() }}
),

pool as (
    select
        fold,
        list_type,
        customer_key,
        product_key
    from all_candidates
    union
    select
        fold,
        list_type,
        customer_key,
        product_key
    from pins
),

matched as (
    {{ matched_by_rules() }}
)

select * from matched
