{#
  A value without what programs add to it: every kind of white space becomes one blank and is removed
  around the value; invisible marks are removed, and so are the guards that keep spreadsheets from reading
  an id as a number or a text as a formula. One pattern finds the values, most of all, that need none of
  this. Neither this macro nor those that call it use lambdas: DuckDB would compile the patterns inside a
  lambda anew for every 2,048 rows.
#}
{% macro plain_text(column) -%}
    case
        when not regexp_matches(cast({{ column }} as varchar), '[^ -~]|^[ =''"]| $|  ') then cast({{ column }} as varchar)
        when regexp_matches(cast({{ column }} as varchar), '[^\PN0-9]|[٫٬،⹁，．：]')
            then {{ with_plain_digits(unguarded(single_spaced(column))) }}
        else {{ unguarded(single_spaced(column)) }}
    end
{%- endmacro %}

{% macro single_spaced(column) -%}
    trim(regexp_replace({{ shown(column) }}, '[\pZ\s\x{b}\x{85}]+', ' ', 'g'))
{%- endmacro %}

{# Text without invisible characters: direction marks, zero-width blanks, byte order marks, soft hyphens. #}
{% macro shown(column) -%}
    regexp_replace(
        cast({{ column }} as varchar),
        '[\x{ad}\x{61c}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}\x{2066}-\x{2069}\x{feff}]+', '', 'g'
    )
{%- endmacro %}

{#
  What stands in ="00123" and in quotes of its own, and behind the apostrophe before a digit or before
  what begins a formula, which is how our own exports guard such texts, too.
#}
{% macro unguarded(text) -%}
    regexp_replace(
        regexp_replace(
            regexp_replace({{ text }}, '^=?"([^"]*(?:""[^"]*)*)"$', '\1'), '^''([^'']+)''$', '\1'
        ),
        '^''([-=+@0-9])', '\1'
    )
{%- endmacro %}

{# Text whose digits, of whatever script, are 0 to 9, with the separators that belong to them. #}
{% macro with_plain_digits(text) -%}
    {#- the zeros of Arabic, Persian, Devanagari, Bengali, Thai and so on; in Unicode, 1 to 9 follow each of them -#}
    {%- set zeros = [
        1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664, 3792, 3872, 4160, 4240,
        6112, 6160, 6470, 6608, 6784, 6800, 6992, 7088, 7232, 7248, 42528, 43216, 43264, 43472, 43504, 43600, 44016,
        65296, 66720, 69734, 70384, 72784, 125264
    ] -%}
    {%- set digits = [] -%}
    {%- for zero in zeros -%}{%- for n in range(10) -%}{%- do digits.append('%c' % (zero + n)) -%}{%- endfor -%}{%- endfor -%}
    translate({{ text }}, '{{ digits | join }}٫٬،⹁，．：', '{{ '0123456789' * zeros | length }}.,,,,.:')
{%- endmacro %}
