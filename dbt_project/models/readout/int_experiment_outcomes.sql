{#
  Days before the experiment whose purchases say how much a customer buys anyway. Longer than a label window, since
  most customers of most shops buy nothing in a month.
#}
{% set days_before = 91 %}

{{ config(materialized='view') }}

-- Everyone in an arm counts, whether a list was shown to them or not. Who was seen first after the experiment began
-- counts from the day after: no list could be shown to them before.
with

periods as (select * from {{ ref('int_experiment_period') }}),

customers as (select * from {{ ref('int_customers') }}),

customer_arms as (select * from {{ ref('int_customer_arms') }}),

purchases as (
    select * from {{ ref('int_purchase_lines') }}
    where customer_id is not null and purchased_at is not null
),

first_seen as (
    select
        purchases.customer_id,
        cast(min(purchases.purchased_at) as date) as first_day
    from purchases
    inner join periods on cast(purchases.purchased_at as date) <= periods.until_day
    where not purchases.is_return
    group by purchases.customer_id
),

assigned as (
    select
        customers.customer_id,
        customer_arms.arm,
        periods.from_day,
        periods.until_day,
        coalesce(first_seen.first_day < periods.from_day, true) as is_known_before,
        case
            when first_seen.first_day >= periods.from_day then first_seen.first_day + 1
            else periods.from_day
        end as counted_from
    from customer_arms
    cross join periods
    inner join customers on customer_arms.customer_key = customers.customer_key
    left join first_seen on customers.customer_id = first_seen.customer_id
),

bought as (
    select
        assigned.customer_id,
        cast(purchases.purchased_at as date) < assigned.from_day as is_before,
        sum(purchases.amount) as revenue,
        count(distinct purchases.order_id) filter (where not purchases.is_return) as orders
    from assigned
    inner join purchases on assigned.customer_id = purchases.customer_id
    where
        cast(purchases.purchased_at as date)
        between assigned.from_day - {{ days_before }} and assigned.from_day - 1
        or cast(purchases.purchased_at as date) between assigned.counted_from and assigned.until_day
    group by assigned.customer_id, is_before
)

select
    assigned.customer_id,
    assigned.arm,
    assigned.is_known_before,
    greatest(assigned.until_day - assigned.counted_from + 1, 0) as days,
    cast(coalesce(since.revenue, 0) as double) as revenue,
    cast(coalesce(earlier.revenue, 0) as double) as revenue_before,
    coalesce(since.orders, 0) as orders,
    coalesce(earlier.orders, 0) as orders_before,
    cast(coalesce(since.orders, 0) > 0 as integer) as buyers,
    cast(coalesce(earlier.orders, 0) > 0 as integer) as buyers_before
from assigned
left join bought as since on assigned.customer_id = since.customer_id and not since.is_before
left join bought as earlier on assigned.customer_id = earlier.customer_id and earlier.is_before
