{#
  What inputs say of their products, cleaned: the columns that orders, ratings and the product file share.
#}
{% macro described_columns() %}
    {{ return(['title', 'department', 'category', 'subcategory', 'brand', 'size', 'description']) }}
{% endmacro %}

{% macro clean_description(name, column) -%}
    {%- set places = {'department': 1, 'category': 2, 'subcategory': 3} -%}
    {%- if name in places -%}
        {{ clean_category(column, places[name]) }}
    {%- else -%}
        {{ clean_text(column) }}
    {%- endif -%}
{%- endmacro %}
