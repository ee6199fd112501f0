{#
  Rows of a public table as the build before left them: a model that calls this runs before the table is made
  anew. No rows where there is no such table; a column that it lacks, as of an earlier version, is null.
#}
{% macro as_built_before(schema, table, columns) -%}
    {%- set before = none -%}
    {%- set known = [] -%}
    {%- if execute -%}
        {%- set before = adapter.get_relation(database=target.database, schema=schema, identifier=table) -%}
        {%- if before -%}
            {%- for column in adapter.get_columns_in_relation(before) -%}
                {%- do known.append(column.name) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    select
        {% for name, type in columns.items() %}
        cast({{ name if name in known else 'null' }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    {% if before %}
    from {{ before }}
    {% else %}
    where false
    {% endif %}
{%- endmacro %}
