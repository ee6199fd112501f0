{# The build a row comes from. #}
{% macro run_id() -%}
    cast('{{ invocation_id }}' as varchar)
{%- endmacro %}

{% macro build_started_at() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}
