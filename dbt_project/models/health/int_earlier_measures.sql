with

every_value as (
    {{ drift_before() }}
),

runs as (
    {{ runs_before() }}
),

settings as (select * from {{ ref('stg_settings') }}),

input_measures as (select * from {{ ref('int_input_measures') }}),

days as (
    select
        every_value.run_id,
        any_value(every_value.as_of) as as_of
    from every_value
    group by every_value.run_id
),

-- the last runs, the latest first; what was measured of a build that didn't end doesn't count
last_runs as (
    select
        days.run_id,
        days.as_of,
        row_number() over (order by runs.started_at desc, runs.run_id asc) as runs_ago
    from days
    inner join runs on days.run_id = runs.run_id
    qualify runs_ago <= (select settings.drift_runs from settings)
),

earlier as (
    select
        last_runs.runs_ago,
        last_runs.as_of,
        every_value.measure,
        every_value.part,
        every_value.value
    from every_value
    inner join last_runs on every_value.run_id = last_runs.run_id
    where every_value.value is not null
),

counted_if_any as (
    select
        measure,
        part,
        cast(null as varchar) as input
    from earlier
    where measure in ('lines', 'rejected_share')
    union
    -- a reason that is new today: no line was rejected for it where lines of its input were read
    select
        input_measures.measure,
        input_measures.part,
        split_part(input_measures.part, ': ', 1) as input
    from input_measures
    anti join earlier on input_measures.measure = earlier.measure and input_measures.part = earlier.part
    where input_measures.measure = 'rejected_share' and contains(input_measures.part, ': ')
),

inputs_read as (select * from earlier where measure = 'lines' and value > 0),

-- of lines that there were none of, no row is written
none as (
    select
        last_runs.runs_ago,
        last_runs.as_of,
        counted_if_any.measure,
        counted_if_any.part,
        0.0 as value
    from counted_if_any
    cross join last_runs
    left join inputs_read
        on last_runs.runs_ago = inputs_read.runs_ago and counted_if_any.input = inputs_read.part
    left join earlier
        on
            last_runs.runs_ago = earlier.runs_ago
            and counted_if_any.measure = earlier.measure
            and counted_if_any.part = earlier.part
    where earlier.value is null and (counted_if_any.input is null or inputs_read.part is not null)
)

select * from earlier
union all
select * from none
