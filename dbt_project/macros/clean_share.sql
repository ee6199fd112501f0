{# A share as a number, or as per cent: 0.35, '0,35', '35 %'. #}
{% macro clean_share(column, has_decimal_comma) -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when typeof({{ column }}) = 'VARCHAR' and regexp_matches({{ text }}, '%\s*$')
            then {{ clean_number("regexp_replace(" ~ text ~ ", '\\s*%\\s*$', '')", has_decimal_comma) }} / 100.0
        else cast({{ clean_number(column, has_decimal_comma) }} as double)
    end
{%- endmacro %}
