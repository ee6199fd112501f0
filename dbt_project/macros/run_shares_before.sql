{# The arms of the experiment of the build before; none where there was none. #}
{% macro arms_before() -%}
    {{ as_built_before('marts', 'experiment_arms', {
        'experiment': 'varchar', 'arm': 'varchar', 'from_bucket': 'double',
    }) }}
{%- endmacro %}

{# The shares of the build before. #}
{% macro run_shares_before() -%}
    {{ as_built_before('marts', 'run_shares', {
        'measure': 'varchar', 'part': 'varchar', 'bin': 'varchar', 'items': 'bigint',
    }) }}
{%- endmacro %}

{# What was measured of earlier builds. #}
{% macro drift_before() -%}
    {{ as_built_before('marts', 'drift', {
        'run_id': 'varchar', 'as_of': 'date', 'measure': 'varchar', 'part': 'varchar', 'value': 'double',
    }) }}
{%- endmacro %}

{# The builds that were completed before. #}
{% macro runs_before() -%}
    {{ as_built_before('marts', 'run_history', {'run_id': 'varchar', 'started_at': 'timestamp'}) }}
{%- endmacro %}
