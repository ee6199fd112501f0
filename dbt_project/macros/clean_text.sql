{#
  Text as people read it: without tags, with HTML's escapes resolved (twice: exports escape what is
  escaped already), with composed characters (NFC) and single blanks; null where it only means that
  nothing is known. Columns of lists become their items, separated by commas.
#}
{% macro clean_text(column) -%}
    case
        when {{ is_blank(column) }} then null
        -- guarded from a spreadsheet, as our own exports guard such texts
        when regexp_matches(cast({{ column }} as varchar), '^(?:="|''[-=+@])')
            then {{ single_blanks(unguarded('cast(' ~ column ~ ' as varchar)')) }}
        when contains({{ column }}, '<') or contains({{ column }}, '&')
            then list_transform(
                list_transform(
                    list_transform([{{ without_tags(column) }}], lambda plain: {{ unescaped('plain') }}),
                    lambda once: {{ unescaped('once') }}
                ),
                lambda twice: {{ single_blanks(without_tags('twice')) }}
            )[1]
        else {{ single_blanks(column) }}
    end
{%- endmacro %}

{# A column as text; the items of a list one after the other. #}
{% macro as_text(column) -%}
    case
        when typeof({{ column }}) = 'VARCHAR[]' then array_to_string(try_cast({{ column }} as varchar[]), ', ')
        else cast({{ column }} as varchar)
    end
{%- endmacro %}

{% macro single_blanks(text) -%}
    nullif(trim(regexp_replace(nfc_normalize({{ text }}), '[\s\x{a0}\x{200b}\x{feff}]+', ' ', 'g')), '')
{%- endmacro %}

{# A tag begins with a letter, so that 'under < 5 €' and '<3' stay; style sheets and scripts are removed with their contents. #}
{% macro without_tags(text) -%}
    regexp_replace(
        regexp_replace(
            {{ text }}, '(?is)<(?:style|script)\b.*?</(?:style|script)\s*>|<!--.*?-->', ' ', 'g'
        ),
        '(?s)</?[A-Za-z][^<>]*>', ' ', 'g'
    )
{%- endmacro %}
