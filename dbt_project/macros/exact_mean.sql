{#
  The mean of a number, the same in every run: see exact_sum. Wide enough for amounts of money;
  twelve decimal places. `within` may be a filter clause.
#}
{% macro exact_mean(expression, within='') -%}
    cast(sum(cast({{ expression }} as decimal(32, 12))) {{ within }} as double) / count({{ expression }}) {{ within }}
{%- endmacro %}
