{#
  Whether a value only says that there is nothing: empty, or a program's word for it. Long texts are
  looked at no further, which is most of them.
#}
{% macro is_blank(column) -%}
    (
        {{ column }} is null
        or (
            strlen(cast({{ column }} as varchar)) <= 20
            and lower(trim(cast({{ column }} as varchar), {{ blanks() }})) in (
                '', 'nan', 'nat', 'null', '(null)', 'none', 'nil', 'n/a', '#n/a', '<na>', 'undefined', '\n'
            )
        )
    )
{%- endmacro %}

{# Whether a value isn't there; what a program writes for a number that it lacks is there, and wrong. #}
{% macro is_empty(column) -%}
    ({{ column }} is null or trim(cast({{ column }} as varchar)) = '')
{%- endmacro %}

{# What stands around texts without being seen: blanks, tabs, line ends, no-break spaces, marks. #}
{% macro blanks() -%}
    {{ "' \t\n\r\u00a0\u200b\ufeff'" }}
{%- endmacro %}
