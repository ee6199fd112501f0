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
select
    customer_id,
    list_type,
    rank,
    product_id,
    recommender,
    coalesce(promised_probability, probability) as probability,
    coalesce(since_run_id, run_id) as since_run_id,
    run_id
from (
    {{ as_built_before('marts', 'recommendations', {
        'customer_id': 'varchar', 'list_type': 'varchar', 'rank': 'integer', 'product_id': 'varchar',
        'recommender': 'varchar', 'probability': 'double', 'promised_probability': 'double',
        'since_run_id': 'varchar', 'run_id': 'varchar',
    }) }}
) as built
where {{ 'true' if execute and lists_in_database() else 'false' }}
{%- endmacro %}

{#
  The run that made these lists, by what is written down of complete runs: run_id, started_at, served_from.
  No row where it isn't there.
#}
{% macro run_of_lists_before() -%}
select
    run_id,
    started_at,
    cast(as_of + interval 1 day as timestamp) as served_from
from (
    {{ as_built_before('marts', 'run_history', {'run_id': 'varchar', 'started_at': 'timestamp', 'as_of': 'date'}) }}
) as runs
where
    started_at is not null
    and as_of is not null
    and run_id in (select lists_before.run_id from ({{ lists_before() }}) as lists_before)
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
