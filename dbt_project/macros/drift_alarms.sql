{# Measures of the last build that are an alarm, if the setting drift_fails_build is as given. #}
{% macro drift_alarms(fails_build) -%}
    select
        drift.measure,
        drift.part,
        drift.value,
        drift.expected,
        drift.deviation
    from {{ ref('drift') }} as drift
    cross join {{ ref('stg_settings') }} as settings
    where
        drift.run_id = (
            select last(run_history.run_id order by run_history.started_at, run_history.rowid)
            from {{ ref('run_history') }} as run_history
        )
        and drift.verdict = 'alarm'
        and settings.drift_fails_build = {{ fails_build }}
{%- endmacro %}
