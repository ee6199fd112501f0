{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

with

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

measured as (select * from {{ ref('int_drift') }})

select
    {{ run_id() }} as run_id,
    cast(folds.cutoff_at - interval 1 day as date) as as_of,
    measured.measure_group,
    measured.measure,
    measured.part,
    measured.value,
    measured.expected,
    measured.alarm_below,
    measured.alarm_above,
    measured.spread,
    measured.earlier_runs,
    measured.is_of_weekday,
    measured.deviation,
    measured.threshold,
    measured.verdict
from measured
cross join folds
where {{ is_complete_run() }}
order by measured.measure_group, measured.measure, measured.part
