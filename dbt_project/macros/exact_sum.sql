{#
  The sum of a fraction, the same in every run: floating-point sums depend on the order in which
  threads add, decimal sums don't. Values below a million, or of more digits where that is said;
  twelve decimal places.
#}
{% macro exact_sum(expression, digits=18) -%}
    cast(sum(cast({{ expression }} as decimal({{ digits }}, 12))) as double)
{%- endmacro %}
