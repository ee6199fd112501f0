{# A probability as public tables show it: what stands behind the seventh decimal is noise, and takes twice the room. #}
{% macro shown_probability(probability) -%}
    round({{ probability }}, 7)
{%- endmacro %}
