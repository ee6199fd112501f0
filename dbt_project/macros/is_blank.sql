{#
  Whether a value means that nothing is known: it is empty, or a program's word such as null. Long texts
  can't be such words and aren't compared.
#}
{% macro is_blank(column) -%}
    {%- set words = [
        '', 'nan', 'nat', 'null', '[(]null[)]', 'none', 'nil', '#?n/a', '<na>', 'undefined', '\\\\n', '=', '=?""', "''''"
    ] -%}
    {%- set unseen = '[\\pZ\\s\\x{b}\\x{85}\\x{200b}-\\x{200f}\\x{2060}\\x{feff}]' -%}
    (
        {{ column }} is null
        or (
            strlen(cast({{ column }} as varchar)) <= 20
            and regexp_full_match(cast({{ column }} as varchar), '(?i){{ unseen }}*(?:{{ words | join("|") }}){{ unseen }}*')
        )
    )
{%- endmacro %}

{# Whether a value is missing. A program's word for a missing number isn't: it counts as unreadable. #}
{% macro is_empty(column) -%}
    ({{ column }} is null or trim(cast({{ column }} as varchar)) = '')
{%- endmacro %}

{# Invisible characters around texts: blanks, tabs, line ends, no-break spaces, marks. #}
{% macro blanks() -%}
    {{ "' \t\n\r\u00a0\u2007\u200b\u200c\u200d\u200e\u200f\u202f\u2060\u3000\ufeff'" }}
{%- endmacro %}
