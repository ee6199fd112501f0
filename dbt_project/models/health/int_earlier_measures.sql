with

every_value as (
    {{ drift_before() }}
),

runs as (
    {{ runs_before() }}
),

settings as (select * from {{ ref('stg_settings') }}),

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
    select distinct
        measure,
        part
    from earlier
    where measure in ('lines', 'rejected_share')
),

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
    left join earlier
        on
            last_runs.runs_ago = earlier.runs_ago
            and counted_if_any.measure = earlier.measure
            and counted_if_any.part = earlier.part
    where earlier.value is null
)

select * from earlier
union all
select * from none
