-- What others paid for the same product in the same week is what the customer would have paid without caring.
with

events as (
    select * from {{ ref('int_events') }}
    where is_interest and order_key is not null and returned_at is null and discount is not null
),

own as (
    select
        customer_key,
        product_key,
        date_trunc('week', occurred_at) as monday,
        count(*) as purchases,
        count(*) filter (where discount > 0) as discounted
    from events
    group by customer_key, product_key, date_trunc('week', occurred_at)
),

weeks as (
    select
        product_key,
        monday,
        sum(purchases) as purchases,
        sum(discounted) as discounted
    from own
    group by product_key, monday
),

compared as (
    select
        own.customer_key,
        own.purchases,
        own.discounted,
        (weeks.discounted - own.discounted) / (weeks.purchases - own.purchases) as expected_share
    from own
    inner join weeks on own.product_key = weeks.product_key and own.monday = weeks.monday
    where own.customer_key is not null and weeks.purchases > own.purchases
),

depths as (
    select
        customer_key,
        cast(sum(discount) as double) / nullif(cast(sum(amount) + sum(discount) as double), 0) as discount_depth
    from events
    where customer_key is not null
    group by customer_key
),

summed as (
    select
        customer_key,
        sum(purchases) as purchases,
        sum(discounted) as discounted,
        {{ exact_sum('purchases * expected_share', 38) }} as expected,
        -- of each purchase, 1 or 0 for whether it was discounted, less the share expected
        {{ exact_sum(
            'discounted * (1 - expected_share) * (1 - expected_share)'
            ~ ' + (purchases - discounted) * expected_share * expected_share', 38
        ) }} as squares
    from compared
    group by customer_key
)

select
    summed.customer_key,
    cast(summed.purchases as bigint) as purchases,
    summed.discounted / summed.purchases as discounted_share,
    summed.expected / summed.purchases as expected_share,
    (summed.discounted - summed.expected) / summed.purchases as difference,
    summed.squares,
    depths.discount_depth
from summed
inner join depths on summed.customer_key = depths.customer_key
