{#
  What inputs say of their products, cleaned: the columns that orders, ratings and the product file share.
#}
{% macro described_columns() %}
    {{ return(['title', 'department', 'category', 'subcategory', 'brand', 'size', 'attributes', 'description']) }}
{% endmacro %}

{# The value of one of these columns as text, not yet cleaned. #}
{% macro described_text(name, column) -%}
    {%- set places = {'department': 1, 'category': 2, 'subcategory': 3} -%}
    {{ listed_category(column, places[name]) if name in places else as_text(column) }}
{%- endmacro %}

{# All texts that describe a product, as recommenders read them; a title that only repeats the id is left out. #}
{% macro texts_of(products) -%}
    {%- for name in described_columns() %}
    {% if name == 'title' -%}
    case when {{ products }}.title <> {{ products }}.product_id then {{ products }}.title end as title
    {%- else -%}
    {{ products }}.{{ name }}
    {%- endif %}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
