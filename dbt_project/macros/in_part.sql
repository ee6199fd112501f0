{#
  Whether a key is in one of several parts of all keys, which are processed one after the other. A part is a
  range of hashes, because DuckDB applies comparisons when it reads the rows, below joins, but not remainders.
  Null is in one of the parts, too.
#}
{% macro in_part(key, part, parts) -%}
    {% set size = 2 ** 64 // parts -%}
    hash({{ key }}) between {{ part * size }} and {{ 2 ** 64 - 1 if part == parts - 1 else (part + 1) * size - 1 }}
{%- endmacro %}
