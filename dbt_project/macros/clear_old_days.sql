{# Removes rows of the model's table that are of days more than `keep_days` before the cut-off. #}
{% macro clear_old_days() -%}
{%- if execute and adapter.get_relation(this.database, this.schema, this.identifier) -%}
delete from {{ this }}
where as_of < (
    select cast(least(folds.cutoff_at, {{ build_started_at() }}) as date) - 1 - settings.keep_days
    from {{ ref('int_folds') }} as folds
    cross join {{ ref('stg_settings') }} as settings
    where folds.fold = 'serving' and settings.keep_days > 0
)
{%- else -%}
select 1
{%- endif -%}
{%- endmacro %}
