{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_tuning_folds') }}),

held_out as (select * from {{ ref('int_held_out') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

list_types as (select * from {{ ref('int_list_types') }}),

targets as (
    select
        held_out.fold,
        list_types.list_type,
        held_out.customer_id,
        held_out.product_id
    from held_out
    inner join folds on held_out.fold = folds.fold
    inner join fold_customers
        on held_out.fold = fold_customers.fold and held_out.customer_id = fold_customers.customer_id
    inner join list_types on {{ is_relevant('held_out', 'list_types') }}
)

select * from targets
