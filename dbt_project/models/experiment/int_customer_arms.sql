-- Without an experiment nobody is in an arm.
with

customers as (select * from {{ ref('int_customers') }}),

arms as (select * from {{ ref('int_experiment_arms') }}),

bucketed as (
    select
        customers.customer_key,
        arms.arm,
        arms.from_bucket,
        arms.until_bucket,
        {{ experiment_bucket('arms.experiment', 'customers.customer_id') }} as bucket
    from customers
    cross join arms
)

select
    customer_key,
    arm
from bucketed
where bucket >= from_bucket and bucket < until_bucket
