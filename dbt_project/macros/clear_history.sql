{#
  Statements that make a table of history ready for this build: what a build that failed had begun to write goes,
  and what ended more than `keep_days` before the cut-off.
#}
{% macro clear_list_runs() -%}
{%- set lists = lists_in_database() if execute else none -%}
{%- if lists and adapter.get_relation(this.database, this.schema, this.identifier) -%}
{%- set columns = adapter.get_columns_in_relation(lists) | map(attribute='name') | list -%}
-- a run that never came to replacing the lists is later than the run that made those that are there: by its
-- number, or by the clock where that run isn't written down
delete from {{ this }}
where
    exists (select 1 from {{ lists }})
    and run_number > coalesce(
        (
            select max(runs.run_number) from {{ this }} as runs
            where runs.run_id in (select distinct lists.run_id from {{ lists }} as lists)
        ),
        {% if 'generated_at' in columns -%}
        (
            select max(runs.run_number) from {{ this }} as runs
            where runs.started_at <= (select max(lists.generated_at) from {{ lists }} as lists)
        ),
        {% endif -%}
        0
    )
{%- else -%}
select 1
{%- endif -%}
{%- endmacro %}

{% macro clear_ended_recommendations() -%}
{%- set lists = lists_in_database() if execute else none -%}
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
-- the newest run may have written them before it was killed
delete from {{ this }}
where
    run_id not in (
        select runs.run_id from {{ ref('int_list_runs') }} as runs
        qualify row_number() over (order by runs.run_number desc) > 1
    )
    or run_id in ({{ runs_too_long_ago() }})
{%- else -%}
select 1
{%- endif -%}
{%- endmacro %}

{#
  Runs of history before the last `keep_days` days of the shop's time; an `as_of` that is still to come, such as
  one that was mistyped, removes nothing for that.
#}
{% macro runs_too_long_ago() -%}
select runs.run_id
from {{ ref('int_list_runs') }} as runs
cross join {{ ref('stg_settings') }} as settings
cross join {{ ref('int_folds') }} as folds
where
    folds.fold = 'serving'
    and settings.keep_days > 0
    and runs.served_from < least(folds.cutoff_at, {{ build_started_at() }}) - settings.keep_days * interval 1 day
{%- endmacro %}
