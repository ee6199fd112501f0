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

-- what was rejected for some reason in any of these runs, or is today
counted_if_any as (
    select
        measure,
        part
    from earlier
    where measure = 'rejected_share'
    union
    select
        measure,
        part
    from input_measures
    where measure = 'rejected_share'
),

inputs_read as (select * from earlier where measure = 'lines' and value > 0),

-- of a reason that no line was rejected for, no row is written; before an input was given, nothing is known of it
none as (
    select
        inputs_read.runs_ago,
        inputs_read.as_of,
        counted_if_any.measure,
        counted_if_any.part,
        0.0 as value
    from counted_if_any
    inner join inputs_read on split_part(counted_if_any.part, ': ', 1) = inputs_read.part
    anti join earlier
        on
            inputs_read.runs_ago = earlier.runs_ago
            and counted_if_any.measure = earlier.measure
            and counted_if_any.part = earlier.part
)

select * from earlier
union all
select * from none
