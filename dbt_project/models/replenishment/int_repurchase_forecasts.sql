{% set horizons = repurchase_horizons() %}

-- When customers will buy again what they haven't bought again yet, as of the judged folds and today.
with

folds as (select * from {{ ref('int_folds') }} where purpose in ('judge', 'serve')),

settings as (select * from {{ ref('stg_settings') }}),

curves as (select * from {{ ref('int_repurchase_curves') }}),

pairs as (
    select
        pairs.*,
        folds.cutoff_at,
        settings.label_window_days as window_days
    from {{ ref('int_repurchase_pairs') }} as pairs
    inner join folds on pairs.fold = folds.fold
    cross join settings
    where pairs.steps < {{ last_repurchase_step() }}
),

ahead as (
    select
        pairs.*,
        {% for name, days in horizons.items() %}
        {{ step_ahead('pairs', days) }} as steps_{{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from pairs
)

select
    ahead.fold,
    ahead.customer_key,
    ahead.product_key,
    ahead.orders,
    ahead.intervals_from,
    ahead.own_interval,
    ahead.product_interval,
    ahead.overall_interval,
    ahead.usual_interval,
    ahead.days_since_last,
    ahead.cutoff_at,
    ahead.window_days,
    {{ hazard_at('today', 'ahead.steps') }} as hazard_today,
    {% for name in horizons %}
    {{ probability_between('today', 'ahead.steps', 'in_' ~ name, 'ahead.steps_' ~ name) }} as probability_{{ name }},
    {% endfor %}
    {% for name in ['sooner', 'expected', 'later'] %}
    {{ days_until(name, 'today', 'ahead') }} as {{ name }}_in_days{% if not loop.last %},{% endif %}
    {% endfor %}
from ahead
left join curves as today
    on
        ahead.fold = today.fold
        and ahead.intervals_from = today.intervals_from
        and cast(floor(ahead.steps) as integer) = today.step
{% for name in horizons %}
left join curves as in_{{ name }}
    on
        ahead.fold = in_{{ name }}.fold
        and ahead.intervals_from = in_{{ name }}.intervals_from
        and cast(floor(ahead.steps_{{ name }}) as integer) = in_{{ name }}.step
{% endfor %}
