{% set horizons = repurchase_horizons() %}

-- Forecasts of the judged folds beside what was bought, with what simple means would have said.
with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

forecasts as (
    select forecasts.*
    from {{ ref('int_repurchase_forecasts') }} as forecasts
    semi join folds on forecasts.fold = folds.fold
    where forecasts.probability_window is not null
),

waits as (select * from {{ ref('int_repurchase_waits') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

curves as (select * from {{ ref('int_repurchase_curves') }}),

followed as (
    select
        forecasts.*,
        waits.wait,
        fold_customers.sample_weight
    from forecasts
    inner join fold_customers
        on forecasts.fold = fold_customers.fold and forecasts.customer_key = fold_customers.customer_key
    left join waits
        on
            forecasts.fold = waits.fold
            and forecasts.customer_key = waits.customer_key
            and forecasts.product_key = waits.product_key
            -- the last fold's window ends with the data, which may be a day later
            and forecasts.window_days > waits.wait
),

-- the day, and its interval, given that it lies within the label window: of others it isn't known
targets as (
    select
        followed.fold,
        followed.customer_key,
        followed.product_key,
        followed.intervals_from,
        followed.usual_interval,
        followed.days_since_last,
        parts.name,
        followed.hazard_today - ln(1 - parts.part * followed.probability_window) as target
    from followed
    cross join (values ('day', 0.5), ('low', 0.1), ('high', 0.9)) as parts (name, part)
    where followed.wait is not null
),

days as (
    select
        targets.fold,
        targets.customer_key,
        targets.product_key,
        targets.name,
        min({{ step_of_hazard('curves', 'targets.target') }}) * max(targets.usual_interval) / {{ repurchase_steps() }}
        - max(targets.days_since_last) as days
    from targets
    inner join curves
        on
            targets.fold = curves.fold
            and targets.intervals_from = curves.intervals_from
            and targets.target >= curves.cumulative_hazard
            and targets.target < curves.next_cumulative_hazard
    group by targets.fold, targets.customer_key, targets.product_key, targets.name
),

reached as (
    select
        fold,
        customer_key,
        product_key,
        {% for name in ['day', 'low', 'high'] %}
        round(max(days) filter (where name = '{{ name }}'), 6) as forecast_{{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from days
    group by fold, customer_key, product_key
)

select
    followed.fold,
    followed.customer_key,
    followed.product_key,
    followed.sample_weight,
    followed.wait,
    {% for name, days in horizons.items() %}
    followed.probability_{{ name }},
    coalesce(followed.wait < {{ days | replace('pairs.', 'followed.') }}, false) as is_bought_{{ name }},
    {%- endfor %}
    reached.forecast_day,
    followed.wait between reached.forecast_low and reached.forecast_high as is_within,
    {% for name in ['own', 'product', 'overall'] %}
    least(
        greatest(followed.{{ name }}_interval - followed.days_since_last, 0), followed.window_days
    ) as {{ name }}_day,
    {% endfor %}
    followed.window_days / 2 as middle_day
from followed
left join reached
    on
        followed.fold = reached.fold
        and followed.customer_key = reached.customer_key
        and followed.product_key = reached.product_key
