with

events as (
    select * from {{ ref('int_events') }}
    where is_interest and order_key is not null and returned_at is null
),

span as (select * from {{ ref('int_known_weeks') }}),

promoted as (select * from {{ ref('int_promoted_weeks') }}),

first_purchases as (
    select
        customer_key,
        product_key,
        min(occurred_at) as first_at
    from events
    where customer_key is not null
    group by customer_key, product_key
),

sold as (
    select
        events.product_key,
        date_trunc('week', events.occurred_at) as monday,
        sum(cast(events.quantity as decimal(18, 4))) as units,
        count(distinct events.customer_key) as buyers,
        count(distinct events.customer_key) filter (where events.occurred_at = first_purchases.first_at) as new_buyers,
        sum(events.amount) as revenue
    from events
    left join first_purchases
        on
            events.customer_key = first_purchases.customer_key
            and events.product_key = first_purchases.product_key
    group by events.product_key, date_trunc('week', events.occurred_at)
),

first_sold as (
    select
        product_key,
        min(monday) as monday
    from sold
    group by product_key
),

-- since the first week of the product; without a sale all is 0
weeks as (
    select
        first_sold.product_key,
        unnest(generate_series(greatest(first_sold.monday, span.first_week), span.last_week, interval 7 day)) as monday
    from first_sold
    semi join promoted on first_sold.product_key = promoted.product_key
    cross join span
)

select
    weeks.product_key,
    weeks.monday,
    promoted.monday is not null as is_promoted,
    coalesce(sold.units, 0) as units,
    coalesce(sold.buyers, 0) as buyers,
    coalesce(sold.new_buyers, 0) as new_buyers,
    coalesce(sold.revenue, 0) as revenue
from weeks
left join promoted on weeks.product_key = promoted.product_key and weeks.monday = promoted.monday
left join sold on weeks.product_key = sold.product_key and weeks.monday = sold.monday
