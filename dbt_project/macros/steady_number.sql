{#
  Numbers of what is named, from 1 in the order of the names. In a refresh what was fitted keeps its number, and
  the others come behind the highest of those, in the order of their names: what is fitted knows customers, products
  and categories by number. `kind` names the table of the numbers that were fitted (`fitted`). Null for null.
#}
{% macro steady_number(name, kind) -%}
{%- if refreshes() -%}
case
    when {{ name }} is not null then coalesce(
        (select fitted.number from {{ fitted(kind) }} as fitted where fitted.name = {{ name }}),
        (select coalesce(max(fitted.number), 0) from {{ fitted(kind) }} as fitted)
        + dense_rank() over (
            partition by {{ name }} in (select fitted.name from {{ fitted(kind) }} as fitted)
            order by {{ name }} nulls last
        )
    )
end
{%- else -%}
case when {{ name }} is not null then dense_rank() over (order by {{ name }} nulls last) end
{%- endif -%}
{%- endmacro %}
