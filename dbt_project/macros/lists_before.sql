{#
  The table of lists that is in the database from before this build; none where there is none, or one that a version
  made that didn't say which run and recommender its rows are of.
#}
{% macro lists_in_database() -%}
    {%- set lists = adapter.get_relation(this.database, 'marts', 'recommendations') if not flags.EMPTY else none -%}
    {%- set columns = adapter.get_columns_in_relation(lists) | map(attribute='name') | list if lists else [] -%}
    {{ return(lists if 'run_id' in columns and 'recommender' in columns else none) }}
{%- endmacro %}

{#
  The lists that the database holds from before this build, as rows of history: since when each row is as it is,
  and the probability that was promised then. No model, as `recommendations` itself would have to stand before it.
  Of a file that an earlier version made, every row began with the run that it names.
#}
{% macro lists_before() -%}
{%- set lists = lists_in_database() if execute else none -%}
{%- set columns = adapter.get_columns_in_relation(lists) | map(attribute='name') | list if lists else [] -%}
{%- if lists -%}
select
    customer_id,
    list_type,
    rank,
    product_id,
    recommender,
    {% if 'promised_probability' in columns -%}
    coalesce(promised_probability, probability) as probability,
    since_run_id,
    {% else -%}
    {{ 'probability' if 'probability' in columns else 'cast(null as double) as probability' }},
    run_id as since_run_id,
    {% endif -%}
    run_id
from {{ lists }}
{%- else -%}
select
    cast(null as varchar) as customer_id,
    cast(null as varchar) as list_type,
    cast(null as integer) as rank,
    cast(null as varchar) as product_id,
    cast(null as varchar) as recommender,
    cast(null as double) as probability,
    cast(null as varchar) as since_run_id,
    cast(null as varchar) as run_id
where false
{%- endif -%}
{%- endmacro %}

{#
  The run that made these lists, by what is written down of complete runs: run_id, started_at, served_from.
  No row where it isn't there.
#}
{% macro run_of_lists_before() -%}
{%- set lists = lists_in_database() if execute else none -%}
{%- set runs = adapter.get_relation(this.database, 'marts', 'run_history') if lists else none -%}
{%- set columns = adapter.get_columns_in_relation(runs) | map(attribute='name') | list if runs else [] -%}
{%- if 'as_of' in columns and 'started_at' in columns -%}
select
    run_id,
    cast(started_at as timestamp) as started_at,
    cast(as_of + interval 1 day as timestamp) as served_from
from {{ runs }}
where run_id in (select lists_before.run_id from ({{ lists_before() }}) as lists_before)
{%- else -%}
select
    cast(null as varchar) as run_id,
    cast(null as timestamp) as started_at,
    cast(null as timestamp) as served_from
where false
{%- endif -%}
{%- endmacro %}

{# What runs before this one wrote into the model's own table: run_number and run_id. #}
{% macro list_runs_before() -%}
{%- if is_incremental() -%}
select
    run_number,
    run_id,
    served_from
from {{ this }}
{%- else -%}
select
    cast(null as integer) as run_number,
    cast(null as varchar) as run_id,
    cast(null as timestamp) as served_from
where false
{%- endif -%}
{%- endmacro %}
