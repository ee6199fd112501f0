-- the same bins for all runs, so that runs can be compared: most products have small probabilities
{% set edges = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7] %}

with

periods as (
    select periods.*
    from {{ ref('int_list_periods') }} as periods
    inner join {{ ref('int_folds') }} as folds
        on periods.promised_until <= folds.cutoff_at and folds.fold = 'serving'
),

promised as (
    select
        listed.*,
        periods.promised_until,
        case
            {% for edge in edges %}
            when listed.probability < {{ edge }} then {{ loop.index }}
            {% endfor %}
            else {{ edges | length + 1 }}
        end as bin
    from {{ ref('recommendations_history') }} as listed
    inner join periods on listed.run_id = periods.run_id
    where listed.probability is not null
),

purchases as (select * from {{ ref('int_known_purchases') }}),

bought as (
    select promised.*
    from promised
    semi join purchases
        on
            promised.customer_id = purchases.customer_id
            and promised.product_id = purchases.product_id
            and promised.served_from <= purchases.purchased_at
            and promised.promised_until > purchases.purchased_at
            and {{ kept_at('purchases', 'promised.promised_until') }}
),

expected as (
    select
        run_id,
        list_type,
        bin,
        min(probability) as least_probability,
        max(probability) as most_probability,
        count(*) as recommendations,
        {{ exact_sum('probability') }} as expected_purchases
    from promised
    group by run_id, list_type, bin
),

actual as (
    select
        run_id,
        list_type,
        bin,
        count(*) as actual_purchases
    from bought
    group by run_id, list_type, bin
)

select
    expected.run_id,
    periods.served_from,
    periods.promised_until,
    expected.list_type,
    cast(expected.bin as integer) as bin,
    expected.least_probability,
    expected.most_probability,
    expected.recommendations,
    expected.expected_purchases,
    coalesce(actual.actual_purchases, 0) as actual_purchases,
    expected.expected_purchases / expected.recommendations as mean_probability,
    coalesce(actual.actual_purchases, 0) / expected.recommendations as share_bought
from expected
inner join periods on expected.run_id = periods.run_id
left join actual
    on
        expected.run_id = actual.run_id
        and expected.list_type = actual.list_type
        and expected.bin = actual.bin
order by periods.run_number, expected.list_type, expected.bin
