{#
  Statements that make a table of history ready for this build: what a build that failed had begun to write goes,
  and what ended more than `keep_days` before the cut-off.
#}
{% macro clear_list_runs() -%}
{%- set lists = adapter.get_relation(this.database, 'marts', 'recommendations') if execute else none -%}
{%- set columns = adapter.get_columns_in_relation(lists) | map(attribute='name') | list if lists else [] -%}
{%- if 'generated_at' in columns and adapter.get_relation(this.database, this.schema, this.identifier) -%}
-- a run that never came to publishing its lists is later than the run whose lists are there
delete from {{ this }}
where started_at > (select max(lists.generated_at) from {{ lists }} as lists)
{%- else -%}
select 1
{%- endif -%}
{%- endmacro %}

{% macro clear_ended_recommendations() -%}
{%- set lists = adapter.get_relation(this.database, 'marts', 'recommendations') if execute else none -%}
{%- if lists and adapter.get_relation(this.database, this.schema, this.identifier) -%}
-- what is still served has not ended: the build that wrote so failed before it replaced the lists
delete from {{ this }}
where
    last_run_id in (select distinct lists.run_id from {{ lists }} as lists)
    or ended_run_id in ({{ runs_too_long_ago() }})
{%- else -%}
select 1
{%- endif -%}
{%- endmacro %}

{% macro clear_popular_at_runs() -%}
{%- if execute and adapter.get_relation(this.database, this.schema, this.identifier) -%}
delete from {{ this }}
where
    run_id not in (select runs.run_id from {{ ref('int_list_runs') }} as runs)
    or run_id in ({{ runs_too_long_ago() }})
{%- else -%}
select 1
{%- endif -%}
{%- endmacro %}

{# Runs of history before the last `keep_days` days of the shop's time. #}
{% macro runs_too_long_ago() -%}
select runs.run_id
from {{ ref('int_list_runs') }} as runs
cross join {{ ref('stg_settings') }} as settings
cross join {{ ref('int_folds') }} as folds
where
    folds.fold = 'serving'
    and settings.keep_days > 0
    and runs.served_from < folds.cutoff_at - settings.keep_days * interval 1 day
{%- endmacro %}
