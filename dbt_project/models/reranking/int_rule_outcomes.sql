{{ config(materialized='view') }}

-- What each rule did to products of today's lists, for those who ask why.
with

rules as (select * from {{ ref('int_dated_rules') }}),

outcomes as (
    select
        fold,
        list_type,
        customer_key,
        product_key,
        rule_key,
        case when is_dropped then 'dropped' else 'moved' end as outcome
    from {{ ref('int_rule_matches') }}
    where is_dropped or action in ('boost', 'bury')
    union all
    select
        fold,
        list_type,
        customer_key,
        product_key,
        dropped_by as rule_key,
        'dropped' as outcome
    from {{ ref('int_admitted_candidates') }}
    where dropped_by is not null
    union all
    select
        fold,
        list_type,
        customer_key,
        product_key,
        placed_by as rule_key,
        'placed' as outcome
    from {{ ref('int_reranked_lists') }}
    where placed_by is not null
)

select
    outcomes.fold,
    outcomes.list_type,
    outcomes.customer_key,
    outcomes.product_key,
    rules.rule,
    rules.action,
    outcomes.outcome
from outcomes
inner join rules on outcomes.rule_key = rules.rule_key
