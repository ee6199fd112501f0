{# Whether dbt was called with --empty: every model is built, of no rows. #}
{% macro is_empty_run() -%}
    {{ 'true' if flags.EMPTY else 'false' }}
{%- endmacro %}
