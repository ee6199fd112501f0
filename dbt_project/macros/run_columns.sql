{# The build a row comes from: this run of dbt, or the one that ended early and that this one goes on from. #}
{% macro run_id() -%}
    cast('{{ run_before().get("run_id", invocation_id) }}' as varchar)
{%- endmacro %}

{% macro build_started_at() -%}
    cast('{{ run_before().get("started_at", run_started_at.strftime("%Y-%m-%d %H:%M:%S")) }}' as timestamp)
{%- endmacro %}

{# Seconds since the build began, without those between its early end and its going on. #}
{% macro build_seconds() -%}
    round(epoch(now()) - epoch({{ build_started_at() }}) - {{ run_before().get("idle_seconds", 0) }}, 1)
{%- endmacro %}

{#
  What `recsys build` says of the run that this one goes on from: run_id, started_at, idle_seconds and the
  names of the models that are `finished`; nothing where it goes on from none.
#}
{% macro run_before() -%}
    {%- if execute -%}
        {{ return(fromjson(env_var('RECSYS_RUN', '{}'))) }}
    {%- endif -%}
    {{ return({}) }}
{%- endmacro %}
