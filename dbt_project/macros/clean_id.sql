{# An id as text: '00123' stays as it is, the floating-point number 13085.0 becomes '13085'. #}
{% macro clean_id(column) -%}
    case
        when typeof({{ column }}) in ('DOUBLE', 'FLOAT') and try_cast({{ column }} as hugeint) = {{ column }}
            then cast(try_cast({{ column }} as hugeint) as varchar)
        when lower(trim(cast({{ column }} as varchar))) in ('', 'nan', 'null', 'none', '<na>') then null
        else trim(cast({{ column }} as varchar))
    end
{%- endmacro %}
