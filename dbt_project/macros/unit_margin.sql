{# What the shop keeps of a unit that it sells: the price without the cost, or its share of the price. #}
{% macro unit_margin(price, products) -%}
    cast(coalesce({{ price }} - {{ products }}.cost, {{ price }} * {{ products }}.margin) as double)
{%- endmacro %}
