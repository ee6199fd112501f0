{# From so many buyers on an expected number can be near the actual one: half of it is chance otherwise. #}
{% set many = 100 %}

with

backtest as (select * from {{ ref('int_demand_backtest') }}),

measured as (
    {% for measure in ['buyers', 'quantity', 'revenue'] %}
    select
        fold,
        level,
        '{{ measure }}' as measure,
        actual_buyers,
        expected_{{ measure }} as expected,
        {{ measure }}_low as low,
        {{ measure }}_high as high,
        actual_{{ measure }} as actual
    from backtest
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sized as (
    select
        'all' as items_of,
        *
    from measured
    union all
    select
        '{{ many }} buyers or more' as items_of,
        *
    from measured
    where actual_buyers >= {{ many }}
)

select
    fold,
    level,
    items_of,
    measure,
    count(*) as items,
    {{ exact_sum('expected', 32) }} as expected,
    {{ exact_sum('actual', 32) }} as actual,
    {{ exact_sum('expected', 32) }} / nullif({{ exact_sum('actual', 32) }}, 0) as expected_to_actual,
    {{ exact_sum('abs(expected - actual)', 32) }} / nullif({{ exact_sum('actual', 32) }}, 0) as wape,
    avg(cast(abs(expected - actual) <= 0.1 * actual as integer)) as within_tenth_share,
    avg(cast(actual between low and high as integer)) as interval_coverage
from sized
where expected is not null and actual is not null
group by fold, level, items_of, measure
