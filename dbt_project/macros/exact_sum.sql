{#
  The sum of a fraction, the same in every run: floating-point sums depend on the order in which
  threads add, decimal sums don't. Values below a million, twelve decimal places.
#}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(18, 12))) as double)
{%- endmacro %}
