{%- set runs_of_a_weekday = 4 %}

with

kinds as (
    {{ drift_measure_rows() }}
),

earlier as (select * from {{ ref('int_earlier_measures') }}),

today as (
    select isodow(cutoff_at - interval 1 day) as day_of_week from {{ ref('int_folds') }} where fold = 'serving'
),

placed as (
    select
        earlier.*,
        isodow(earlier.as_of) as day_of_week,
        kinds.is_total,
        {{ on_drift_scale('earlier.value', 'kinds.scale') }} as place
    from earlier
    inner join kinds on earlier.measure = kinds.measure
),

-- of totals their growth from run to run
compared as (
    select
        *,
        case
            when is_total
                then place - lag(place) over (partition by measure, part order by runs_ago desc)
            else place
        end as compared
    from placed
),

middles as (
    select
        measure,
        part,
        count(compared) as runs,
        median(compared) as middle,
        case when bool_or(is_total) then arg_min(place, runs_ago) else 0 end as base,
        count(*) as earlier_runs
    from compared
    group by measure, part
),

weekday_middles as (
    select
        measure,
        part,
        day_of_week,
        count(compared) as runs,
        median(compared) as middle
    from compared
    group by measure, part, day_of_week
    having count(compared) >= {{ runs_of_a_weekday }}
),

-- each run against its own weekday, where there are enough of them
spreads as (
    select
        compared.measure,
        compared.part,
        quantile_cont(abs(compared.compared - coalesce(weekday_middles.middle, middles.middle)), 0.8) / 1.2816
            as spread
    from compared
    inner join middles on compared.measure = middles.measure and compared.part = middles.part
    left join weekday_middles
        on
            compared.measure = weekday_middles.measure
            and compared.part = weekday_middles.part
            and compared.day_of_week = weekday_middles.day_of_week
    group by compared.measure, compared.part
)

select
    middles.measure,
    middles.part,
    middles.earlier_runs,
    weekday_middles.runs is not null as is_of_weekday,
    round(middles.base + coalesce(weekday_middles.middle, middles.middle, 0), 6) as expected_place,
    -- a median of few runs is uncertain, too, as is a spread of few; tests/dbt/test_drift.py counts false alarms
    round(
        coalesce(spreads.spread, 0)
        * (1 + 2 / coalesce(weekday_middles.runs, nullif(middles.runs, 0), 1) + 3 / greatest(middles.runs, 1)), 6
    ) as spread
from middles
inner join spreads on middles.measure = spreads.measure and middles.part = spreads.part
cross join today
left join weekday_middles
    on
        middles.measure = weekday_middles.measure
        and middles.part = weekday_middles.part
        and today.day_of_week = weekday_middles.day_of_week
