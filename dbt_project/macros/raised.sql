{# Fails the model with a message. #}
{% macro raised(message) -%}
    error({{ message }})
{%- endmacro %}
