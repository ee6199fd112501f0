{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ clear_old_days() }}"
) }}

-- the hook reads them, too
-- depends_on: {{ ref('int_folds') }}

with

metrics as (select * from {{ ref('model_metrics') }} where segment_type = 'all'),

-- of complete builds only
runs as (select * from {{ ref('run_history') }}),

settings as (select * from {{ ref('stg_settings') }})

select
    metrics.run_id,
    runs.as_of,
    metrics.fold,
    metrics.recommender,
    metrics.list_type,
    metrics.metric,
    metrics.k,
    metrics.value,
    metrics.ci_low,
    metrics.ci_high,
    metrics.customers
from metrics
inner join runs on metrics.run_id = runs.run_id
cross join settings
-- of 5, 10 and 20 first products, the number that champions are chosen by
where
    metrics.k = settings.champion_k
    {%- if is_incremental() %}
    and metrics.run_id not in (select history.run_id from {{ this }} as history)
    {%- endif %}
order by metrics.fold, metrics.list_type, metrics.metric, metrics.recommender
