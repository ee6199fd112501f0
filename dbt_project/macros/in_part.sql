{#
  Whether a key is in one of so many parts of all keys, which are worked on one after the other. A range of
  hashes: a filter that compares is applied where the rows are read, below joins; a remainder isn't.
  A null is in one of the parts, too.
#}
{% macro in_part(key, part, parts) -%}
    {% set size = 2 ** 64 // parts -%}
    hash({{ key }}) between {{ part * size }} and {{ 2 ** 64 - 1 if part == parts - 1 else (part + 1) * size - 1 }}
{%- endmacro %}
