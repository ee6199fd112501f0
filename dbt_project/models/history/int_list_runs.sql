{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ clear_list_runs() }}"
) }}

-- written down before the lists of before are replaced
-- depends_on: {{ ref('int_served_recommendations') }}

with

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

written as (
    {{ list_runs_before() }}
),

-- lists that a version without history made are the first that it knows of
earlier as (
    select lists.*
    from ({{ run_of_lists_before() }}) as lists
    anti join written on lists.run_id = written.run_id
),

runs as (
    select
        run_id,
        started_at,
        served_from,
        1 as place
    from earlier
    union all
    select
        {{ run_id() }} as run_id,
        {{ build_started_at() }} as started_at,
        cutoff_at as served_from,
        2 as place
    from folds
    -- a build that was killed goes on under its own id
    where not {{ is_empty_run() }} and not exists (select 1 from written where written.run_id = {{ run_id() }})
),

last_written as (select max(run_number) as run_number from written),

numbered as (
    select
        runs.*,
        cast(coalesce(last_written.run_number, 0) + row_number() over (order by runs.place) as integer) as run_number
    from runs
    cross join last_written
),

last_lists as (
    select max_by(served_from, run_number) as served_from
    from (
        select
            run_number,
            served_from
        from written
        union all
        select
            run_number,
            served_from
        from numbered
        where place = 1
    ) as before_this_run
),

list_runs as (
    select
        numbered.run_number,
        numbered.run_id,
        numbered.started_at,
        numbered.served_from,
        numbered.served_from + settings.label_window_days * interval 1 day as promised_until,
        numbered.place = 2 and coalesce(numbered.served_from < last_lists.served_from, false) as goes_back,
        -- of what a version without history made it isn't known
        case when numbered.place = 2 and settings.challenger_share > 0 then settings.experiment_name end as experiment,
        case when numbered.place = 2 then settings.challenger_share end as challenger_share
    from numbered
    cross join settings
    cross join last_lists
)

select * from list_runs
order by run_number
