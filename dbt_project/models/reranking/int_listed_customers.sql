{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

folds_of_customers as (select * from {{ ref('int_customer_folds') }} where purpose = 'serve'),

customers as (select * from {{ ref('int_customers') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits)

select
    fold_customers.fold,
    fold_customers.customer_key
from fold_customers
inner join folds on fold_customers.fold = folds.fold
union all
select
    folds_of_customers.fold,
    customers.customer_key
from folds_of_customers
cross join customers
