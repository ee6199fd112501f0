{# A week is one of a promotion if it holds on so many of its days, in so large a share of the stores. #}
{% set least_days = 4 %}
{% set least_share = 0.5 %}
{# Weeks of each kind that a product needs. #}
{% set least_weeks = 4 %}
{% set metrics = ['units', 'buyers', 'new_buyers', 'revenue'] %}

with

products as (select * from {{ ref('int_products') }}),

promotions as (select * from {{ ref('int_promotions') }}),

events as (
    select * from {{ ref('int_events') }}
    where is_interest and order_key is not null and returned_at is null
),

known as (
    select
        cast(min(starts) as timestamp) as first_day,
        cast(max(coalesce(ends, date '9999-01-01')) as timestamp) as last_day
    from promotions
),

-- whole weeks, from Monday on, of which both purchases and promotions are known
span as (
    select
        date_trunc(
            'week', greatest(min(events.occurred_at), any_value(known.first_day)) + interval 6 day
        ) as first_week,
        date_trunc('week', least(max(events.occurred_at), any_value(known.last_day)) + interval 1 day)
        - interval 7 day as last_week
    from events
    cross join known
),

named_stores as (select distinct unnest(store_keys) as store_key from promotions),

stores as (select greatest(count(*), 1) as stores from named_stores),

lasting as (
    select
        promotions.product_key,
        promotions.starts,
        least(promotions.ends, cast(span.last_week + interval 6 day as date)) as ends,
        coalesce(len(promotions.store_keys), stores.stores) / stores.stores as store_share
    from promotions
    cross join span
    cross join stores
),

by_week as (
    select
        *,
        unnest(
            generate_series(date_trunc('week', cast(starts as timestamp)), cast(ends as timestamp), interval 7 day)
        ) as monday
    from lasting
),

promoted as (
    select
        product_key,
        monday
    from by_week
    where least(ends, cast(monday as date) + 6) - greatest(starts, cast(monday as date)) + 1 >= {{ least_days }}
    group by product_key, monday
    having sum(store_share) >= {{ least_share }}
),

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
),

measured as (
    select
        weeks.product_key,
        promoted.monday is not null as is_promoted,
        unnest({{ metrics }}) as metric,
        unnest([
            {% for metric in metrics %}
            cast(coalesce(sold.{{ metric }}, 0) as double){{ ',' if not loop.last }}
            {% endfor %}
        ]) as value
    from weeks
    left join promoted on weeks.product_key = promoted.product_key and weeks.monday = promoted.monday
    left join sold on weeks.product_key = sold.product_key and weeks.monday = sold.monday
),

compared as (
    select
        {% for name, condition in {'promoted': 'is_promoted', 'other': 'not is_promoted'}.items() %}
        count(*) filter (where {{ condition }}) as {{ name }}_weeks,
        {{ exact_sum('case when ' ~ condition ~ ' then value else 0 end', 38) }}
        / nullif(count(*) filter (where {{ condition }}), 0) as {{ name }}_mean,
        {{ exact_sum('case when ' ~ condition ~ ' then value * value else 0 end', 38) }} as {{ name }}_squares,
        {% endfor %}
        product_key,
        metric
    from measured
    group by product_key, metric
),

differing as (
    select
        *,
        promoted_mean - other_mean as difference,
        -- Welch's standard error
        1.959963984540054
        * sqrt({{ squared_error_of_mean('promoted') }} + {{ squared_error_of_mean('other') }}) as half_width
    from compared
    where promoted_weeks >= {{ least_weeks }} and other_weeks >= {{ least_weeks }}
)

select
    products.product_id,
    differing.metric,
    differing.promoted_weeks,
    differing.other_weeks,
    differing.promoted_mean,
    differing.other_mean,
    differing.difference,
    differing.difference - differing.half_width as ci_low,
    differing.difference + differing.half_width as ci_high,
    case when differing.other_mean > 0 then differing.promoted_mean / differing.other_mean end as ratio
from differing
inner join products on differing.product_key = products.product_key
order by products.product_id, differing.metric
