{# A probability as public tables show it: rounded to seven decimals, since further ones are noise and double the size. #}
{% macro shown_probability(probability) -%}
    round({{ probability }}, 7)
{%- endmacro %}
