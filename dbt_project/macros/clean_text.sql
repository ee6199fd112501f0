{# Text without surrounding or repeated blanks; null where it only says that there is nothing. #}
{% macro clean_text(column) -%}
    case
        when lower(trim(cast({{ column }} as varchar))) in ('', 'nan', 'null', 'none', 'n/a', '<na>') then null
        else regexp_replace(trim(cast({{ column }} as varchar)), '\s+', ' ', 'g')
    end
{%- endmacro %}
