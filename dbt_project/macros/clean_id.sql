{#
  An id as text: '00123' stays as it is, the number 13085.0 becomes '13085', and so does the text
  '13085.0' where `has_float_ids` says that the whole column is such text. Composed characters
  (NFC), without blanks around it, marks that aren't seen, and spreadsheets' guards: ="00123", '00123.
#}
{% macro clean_id(column, has_float_ids='false') -%}
    case
        when {{ is_whole_number(column) }} then cast(try_cast({{ column }} as hugeint) as varchar)
        -- most ids: nothing to clean about them
        when not coalesce({{ has_float_ids }}, false) and regexp_full_match(cast({{ column }} as varchar), '[0-9][!-~]*')
            then cast({{ column }} as varchar)
        when {{ has_float_ids }} and regexp_full_match({{ plain_text(column) }}, '[0-9]+[.]0+')
            then regexp_replace({{ plain_text(column) }}, '[.]0+$', '')
        when {{ is_blank(column) }} then null
        when regexp_full_match(cast({{ column }} as varchar), '[!#-&(-<>-~][!-~]*') then cast({{ column }} as varchar)
        else nfc_normalize(trim({{ unguarded('trim(' ~ shown(column) ~ ', ' ~ blanks() ~ ')') }}, {{ blanks() }}))
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
