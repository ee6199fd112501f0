{{ config(materialized='view') }}

-- depends_on: {{ ref('int_hybrid_tuning_run') }}

with

tuned as (select * from {{ ref('int_tuned_parameters') }})

select
    recommender,
    parameters,
    metric,
    k,
    list_type,
    value,
    default_value,
    trials,
    folds,
    run_id,
    chosen_at,
    study_id,
    trial_number
from tuned
order by recommender
