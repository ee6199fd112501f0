{{ config(materialized='view') }}

-- trials of this build are written while it runs
-- depends_on: {{ ref('int_tuning_run') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

-- rows are only added, at the end: their order is right also after the clock was set back
all_trials as (
    select
        *,
        row_number() over () as added_as
    from {{ source('tuning', 'trials') }}
),

first_judged as (select min(cutoff_at) as cutoff_at from folds),

-- studies on folds that are judged now don't count, for example after judged_folds was raised
trials as (
    select
        all_trials.*,
        case when all_trials.metric in ('rmse', 'log_loss') then -all_trials.value else all_trials.value end as goodness
    from all_trials
    cross join first_judged
    where all_trials.known_until <= coalesce(first_judged.cutoff_at, all_trials.known_until)
),

studies as (
    select
        study_id,
        recommender,
        count(*) as trials,
        max(value) filter (where is_default) as default_value,
        max(goodness) filter (where is_default) as default_goodness
    from trials
    group by study_id, recommender
    -- a study that has only measured the defaults chooses nothing
    having count(*) filter (where state = 'complete') > 1
    qualify row_number() over (partition by recommender order by max(added_as) desc) = 1
),

best as (
    select *
    from trials
    where state = 'complete'
    qualify row_number() over (partition by study_id order by goodness desc, trial_number asc) = 1
),

chosen as (
    select
        studies.recommender,
        best.parameters,
        best.metric,
        best.k,
        best.list_type,
        best.value,
        studies.default_value,
        studies.trials,
        array_to_string(best.folds, ', ') as folds,
        best.known_until,
        best.study_id,
        best.trial_number,
        best.run_id,
        best.finished_at as chosen_at
    from studies
    inner join best on studies.study_id = best.study_id
    where best.goodness > studies.default_goodness
)

select * from chosen
