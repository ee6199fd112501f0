{# The columns of an input that hold numbers. #}
{% macro number_columns(input) -%}
    {%- set columns = {
        'purchases': ['quantity', 'unit_price', 'amount', 'discount', 'list_price'], 'ratings': ['rating'], 'products': ['price', 'cost', 'margin', 'stock'],
        'customers': [], 'stores': [], 'promotions': [], 'assortment': [], 'exposures': []
    } -%}
    {{ return(columns[input]) }}
{%- endmacro %}

{# Those of them that hold money. #}
{% macro money_columns(input) -%}
    {%- set columns = {'purchases': ['unit_price', 'amount', 'discount', 'list_price'], 'products': ['price', 'cost']} -%}
    {{ return(columns.get(input, [])) }}
{%- endmacro %}
