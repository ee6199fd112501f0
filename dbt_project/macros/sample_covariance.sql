{# A covariance, or a variance, of a relation `sums` with `customers` rows; null for fewer than two. #}
{% macro sample_covariance(sum_of_products, sum_of_one, sum_of_other) -%}
    (sums.{{ sum_of_products }} - sums.{{ sum_of_one }} * sums.{{ sum_of_other }} / sums.customers)
    / nullif(sums.customers - 1, 0)
{%- endmacro %}
