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
    round(measured.value, 6) as value,
    round(measured.expected, 6) as expected,
    round(measured.alarm_below, 6) as alarm_below,
    round(measured.alarm_above, 6) as alarm_above,
    round(measured.spread, 6) as spread,
    measured.earlier_runs,
    measured.is_of_weekday,
    round(measured.deviation, 3) as deviation,
    measured.threshold,
    measured.verdict
from measured
cross join folds
where {{ is_complete_run() }}
order by measured.measure_group, measured.measure, measured.part
