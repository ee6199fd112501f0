{# Of what size an expected number is: the power of two below it, from an eighth on. #}
{% macro size_class(expected) -%}
    greatest(-3, cast(floor(log2({{ expected }})) as integer))
{%- endmacro %}
