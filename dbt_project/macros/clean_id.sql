{#
  An id as text: '00123' stays as it is, the number 13085.0 becomes '13085', and so does the text
  '13085.0' where `has_float_ids` says that the whole column is such text. Composed characters
  (NFC), no blanks around it.
#}
{% macro clean_id(column, has_float_ids='false') -%}
    case
        when {{ is_whole_number(column) }} then cast(try_cast({{ column }} as hugeint) as varchar)
        -- most ids: nothing to clean about them
        when not coalesce({{ has_float_ids }}, false) and regexp_full_match(cast({{ column }} as varchar), '[0-9][!-~]*')
            then cast({{ column }} as varchar)
        when {{ is_blank(column) }} then null
        when {{ has_float_ids }} and regexp_full_match(trim(cast({{ column }} as varchar)), '[0-9]+[.]0+')
            then regexp_replace(trim(cast({{ column }} as varchar)), '[.]0+$', '')
        else nfc_normalize(trim(cast({{ column }} as varchar), {{ blanks() }}))
    end
{%- endmacro %}

{# An id as it stands, to be cleaned later; what would not show in text is done: 13085.0 is '13085'. #}
{% macro id_as_text(column) -%}
    case
        when {{ is_whole_number(column) }} then cast(try_cast({{ column }} as hugeint) as varchar)
        else cast({{ column }} as varchar)
    end
{%- endmacro %}

{% macro is_whole_number(column) -%}
    (
        (typeof({{ column }}) in ('DOUBLE', 'FLOAT') or typeof({{ column }}) like 'DECIMAL%')
        and try_cast({{ column }} as hugeint) = {{ column }}
    )
{%- endmacro %}
