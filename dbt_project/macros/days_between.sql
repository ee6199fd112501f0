{# Days from one timestamp to a later one, with fractions. #}
{% macro days_between(from_at, until_at) -%}
    (epoch({{ until_at }}) - epoch({{ from_at }})) / 86400.0
{%- endmacro %}
