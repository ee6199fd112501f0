{#
  Whether a line as it stands sold something for money: stock takers write notes where the title of
  what they write off should be, at no price or in negative quantities. What isn't said doesn't count
  against it.
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
