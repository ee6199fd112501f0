{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

folds_of_customers as (select * from {{ ref('int_customer_folds') }} where purpose = 'serve'),

customers as (select * from {{ ref('int_customers') }}),

customer_arms as (select * from {{ ref('int_customer_arms') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits)

select
    fold_customers.fold,
    fold_customers.customer_key,
    'champion' as arm
from fold_customers
inner join folds on fold_customers.fold = folds.fold
union all
select
    folds_of_customers.fold,
    customers.customer_key,
    coalesce(customer_arms.arm, 'champion') as arm
from folds_of_customers
cross join customers
left join customer_arms on customers.customer_key = customer_arms.customer_key
where coalesce(customer_arms.arm, 'champion') <> 'control'
