{{ config(materialized='view') }}

-- depends_on: {{ ref('int_tuning_run') }}
-- depends_on: {{ ref('int_hybrid_tuning_run') }}

with

-- rows are only added, at the end: their order is right also after the clock was set back
trials as (
    select
        *,
        row_number() over () as added_as
    from {{ source('tuning', 'trials') }}
)

select
    study_id,
    trial_number,
    run_id,
    recommender,
    metric,
    k,
    list_type,
    array_to_string(folds, ', ') as folds,
    known_until,
    sampler,
    seed,
    is_default,
    parameters,
    state,
    value,
    message,
    seconds,
    finished_at,
    package_version
from trials
order by added_as
