{#
  The mean of a number, the same in every run: see exact_sum. Wide enough for amounts of money;
  twelve decimal places.
#}
{% macro exact_mean(expression) -%}
    cast(sum(cast({{ expression }} as decimal(32, 12))) as double) / count({{ expression }})
{%- endmacro %}
