{# Lengths k of what a product's page shows, at which its hit rate is measured. #}
{% macro product_page_cutoffs() %}
    {{ return([5, 10]) }}
{% endmacro %}
