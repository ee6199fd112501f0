{#
  A table that `recsys build` keeps of the build that fitted: `run` (one row), `lines`, or the numbers of `customers`,
  `products`, `departments`, `categories`, `subcategories` and `brands`. It has rows in a refresh only.
#}
{% macro fitted(kind) -%}
{%- set columns = {
    'run': {
        'run_id': 'varchar', 'fitted_until': 'timestamp', 'lines': 'bigint',
        'is_unary': 'boolean', 'has_purchases': 'boolean', 'counts_orders': 'boolean',
    },
    'lines': {'customer_id': 'varchar', 'line_digest': 'ubigint'},
}.get(kind, {'name': 'varchar', 'number': 'bigint', 'is_sold': 'boolean'}) -%}
{%- set nothing = [] -%}
{%- for name, type in columns.items() -%}
{%- do nothing.append('cast(null as ' ~ type ~ ') as ' ~ name) -%}
{%- endfor -%}
{{ 'intermediate.fitted_' ~ kind if refreshes() else '(select ' ~ nothing | join(', ') ~ ' where false)' }}
{%- endmacro %}
