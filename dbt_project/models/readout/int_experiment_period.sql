-- The days that are compared: those since the first lists of this experiment, of which builds since have kept the arms.
with

settings as (select * from {{ ref('stg_settings') }}),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

arms as (select distinct experiment from {{ ref('int_experiment_arms') }}),

-- runs are only ever added, at the end
runs as (
    select
        as_of,
        {{ experiment_design('parameters') }} as design,
        row_number() over () as run_number
    from {{ ref('run_history') }}
),

current_design as (
    -- the whole row
    select {{ experiment_design('to_json(settings)') }} as design -- noqa: RF02
    from settings
),

last_other as (
    select max(runs.run_number) as run_number
    from runs
    cross join current_design
    where runs.design <> current_design.design
),

first_lists as (
    select min(runs.as_of) as as_of
    from runs
    cross join current_design
    cross join last_other
    where runs.design = current_design.design and runs.run_number > coalesce(last_other.run_number, 0)
)

select
    arms.experiment,
    coalesce(
        settings.experiment_started_on,
        cast(first_lists.as_of + interval 1 day as date),
        cast(folds.cutoff_at as date)
    ) as from_day,
    cast(folds.cutoff_at - interval 1 day as date) as until_day
from arms
cross join settings
cross join folds
cross join first_lists
