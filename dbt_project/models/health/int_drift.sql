with

kinds as (
    {{ drift_measure_rows() }}
),

settings as (select * from {{ ref('stg_settings') }}),

expectations as (select * from {{ ref('int_measure_expectations') }}),

measured as (select * from {{ ref('int_run_measures') }}),

placed as (
    select
        measured.measure,
        measured.part,
        measured.value,
        measured.items,
        measured.by_chance,
        measured.noise,
        kinds.measure_group,
        kinds.scale,
        kinds.is_total,
        kinds.side,
        settings.drift_watch,
        settings.drift_alarm,
        list_contains(
            string_split(replace(coalesce(settings.drift_ignored, ''), ' ', ''), ','), measured.measure
        ) as is_ignored,
        coalesce(expectations.earlier_runs, 0) as earlier_runs,
        coalesce(expectations.is_of_weekday, false) as is_of_weekday,
        expectations.spread,
        {{ on_drift_scale('measured.value', 'kinds.scale') }} as place,
        coalesce(expectations.earlier_runs, 0) < settings.drift_least_runs as is_early,
        case
            -- of a distance it is known what chance alone makes of it
            when kinds.scale = 'distance' and coalesce(expectations.earlier_runs, 0) < settings.drift_least_runs
                then measured.by_chance
            -- a metric without an interval, of too few customers, proves nothing
            when kinds.scale = 'metric' and measured.noise is null then null
            else expectations.expected_place
        end as expected_place
    from measured
    inner join kinds on measured.measure = kinds.measure
    cross join settings
    left join expectations on measured.measure = expectations.measure and measured.part = expectations.part
),

spread_out as (
    select
        * replace (case when expected_place is not null then {{ drift_spread() }} end as spread)
    from placed
),

deviating as (
    select
        *,
        (place - expected_place) / spread as deviation
    from spread_out
),

judged as (
    select
        *,
        case side
            when 'high' then deviation
            when 'low' then -deviation
            else abs(deviation)
        end as harm
    from deviating
)

select
    measure_group,
    measure,
    part,
    round(value, 6) as value,
    round({{ off_drift_scale('expected_place', 'scale') }}, 6) as expected,
    case when side <> 'high' then round({{ off_drift_scale('expected_place - drift_alarm * spread', 'scale') }}, 6) end
        as alarm_below,
    case when side <> 'low' then round({{ off_drift_scale('expected_place + drift_alarm * spread', 'scale') }}, 6) end
        as alarm_above,
    round(
        {{ off_drift_scale('expected_place + spread', 'scale') }} - {{ off_drift_scale('expected_place', 'scale') }}, 6
    ) as spread,
    earlier_runs,
    is_of_weekday,
    round(deviation, 3) as deviation,
    drift_alarm as threshold,
    case
        when is_ignored then 'ignored'
        when harm > drift_alarm then 'alarm'
        when harm > drift_watch then 'watch'
        when deviation is null or is_early then 'too few runs'
        else 'ok'
    end as verdict
from judged
