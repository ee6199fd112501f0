{# The inputs whose lines are accepted or rejected, one staging model each. #}
{% macro inputs() %}
    {{ return(['purchases', 'ratings', 'products', 'customers', 'stores', 'promotions', 'assortment', 'exposures']) }}
{% endmacro %}
