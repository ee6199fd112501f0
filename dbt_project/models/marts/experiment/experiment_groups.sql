{{ config(materialized='view') }}

-- A view takes no room: the hash of an id says the arm.
with

customers as (select * from {{ ref('customers') }}),

arms as (select * from {{ ref('experiment_arms') }}),

bucketed as (
    select
        customers.customer_id,
        customers.first_purchase_at,
        arms.experiment,
        arms.arm,
        arms.from_bucket,
        arms.until_bucket,
        arms.started_on,
        {{ experiment_bucket('arms.experiment', 'customers.customer_id') }} as bucket
    from customers
    cross join arms
)

select
    customer_id,
    experiment,
    arm,
    bucket,
    case
        when cast(first_purchase_at as date) >= started_on then cast(first_purchase_at as date) + 1
        else started_on
    end as assigned_since
from bucketed
where bucket >= from_bucket and bucket < until_bucket
