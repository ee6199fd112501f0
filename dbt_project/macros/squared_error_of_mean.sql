{# The squared standard error of a mean, from columns with weeks, mean and sum of squares; what rounding takes below 0 is 0. #}
{% macro squared_error_of_mean(name) -%}
    greatest({{ name }}_squares - {{ name }}_weeks * {{ name }}_mean * {{ name }}_mean, 0)
    / ({{ name }}_weeks - 1) / {{ name }}_weeks
{%- endmacro %}
