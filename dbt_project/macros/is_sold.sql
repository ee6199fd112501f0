{#
  Whether a line, as it is in the file, sold something for money. Lines of a stocktaking have no price or
  a negative quantity, and a note in place of the title. A missing price or quantity doesn't make a line
  unsold.
#}
{% macro is_sold(columns) -%}
    {%- for column in columns %}
    case
        when {{ column }} is null then true
        when typeof({{ column }}) = 'VARCHAR' then regexp_matches(cast({{ column }} as varchar), '^[^-]*[1-9]')
        else try_cast({{ column }} as double) > 0
    end
    {%- if not loop.last %} and {% endif -%}
    {%- endfor -%}
{%- endmacro %}
