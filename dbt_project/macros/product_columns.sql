{#
  What inputs say of their products, cleaned: the columns that orders, ratings and the product file share.
#}
{% macro described_columns() %}
    {{ return(['title', 'department', 'category', 'subcategory', 'brand', 'size', 'attributes', 'description']) }}
{% endmacro %}

{# What stands in one of them, as text that is still to be cleaned. #}
{% macro described_text(name, column) -%}
    {%- set places = {'department': 1, 'category': 2, 'subcategory': 3} -%}
    {{ listed_category(column, places[name]) if name in places else as_text(column) }}
{%- endmacro %}

{# All that is said of a product, for those who read it; a title that only repeats the id says nothing. #}
{% macro texts_of(products) -%}
    {%- for name in described_columns() %}
    {% if name == 'title' -%}
    case when {{ products }}.title <> {{ products }}.product_id then {{ products }}.title end as title
    {%- else -%}
    {{ products }}.{{ name }}
    {%- endif %}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
