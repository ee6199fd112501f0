{#
  Text as people read it: without tags, with HTML's escapes resolved (twice: exports escape what is
  escaped already), with composed characters (NFC) and single blanks; null where it only says that
  there is nothing. Columns of lists become their items, separated by commas.
#}
{% macro clean_text(column) -%}
    {%- set text -%}
        case
            when typeof({{ column }}) = 'VARCHAR[]' then array_to_string(try_cast({{ column }} as varchar[]), ', ')
            else cast({{ column }} as varchar)
        end
    {%- endset -%}
    case
        when {{ is_blank(column) }} then null
        when contains(cast({{ column }} as varchar), '<') or contains(cast({{ column }} as varchar), '&')
            then {{ single_blanks(without_tags(unescaped(unescaped(without_tags(text))))) }}
        else {{ single_blanks(text) }}
    end
{%- endmacro %}

{% macro single_blanks(text) -%}
    nullif(trim(regexp_replace(nfc_normalize({{ text }}), '[\s\x{a0}\x{200b}\x{feff}]+', ' ', 'g')), '')
{%- endmacro %}

{# A tag begins with a letter, so that 'under < 5 €' and '<3' stay; style sheets and scripts go whole. #}
{% macro without_tags(text) -%}
    regexp_replace(
        regexp_replace(
            {{ text }}, '(?is)<(?:style|script)\b.*?</(?:style|script)\s*>|<!--.*?-->', ' ', 'g'
        ),
        '(?s)</?[A-Za-z][^<>]*>', ' ', 'g'
    )
{%- endmacro %}
