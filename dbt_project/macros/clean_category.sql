{#
  A category's name. Of a list, as a column of lists or as text ('["Home", "Kitchen"]'), the item at
  the place that the column has in a path from the general to the particular, counted from 1; the
  last one where the list is shorter, unless that is another column's.
#}
{% macro clean_category(column, place) -%}
    {%- set items = listed_items(column) -%}
    case
        when {{ items }} is null then {{ clean_text(column) }}
        {% if place == 2 -%}
        when len({{ items }}) = 1 then {{ clean_text(items ~ '[1]') }}
        {% endif -%}
        else {{ clean_text(items ~ '[' ~ place ~ ']') }}
    end
{%- endmacro %}

{# The items of a column of lists, or of text that is a list in JSON or Python; null if it is neither. #}
{% macro listed_items(column) -%}
    case
        when typeof({{ column }}) = 'VARCHAR[]' then try_cast({{ column }} as varchar[])
        when regexp_matches(cast({{ column }} as varchar), '^\s*\[.*\]\s*$') then list_transform(
            regexp_split_to_array(
                regexp_replace(cast({{ column }} as varchar), '^\s*\[\s*|\s*\]\s*$', '', 'g'),
                case
                    when regexp_matches(cast({{ column }} as varchar), '^\s*\[\s*["'']') then '["'']\s*,\s*["'']'
                    else '\s*,\s*'
                end
            ),
            lambda item: trim(item, '"'' ')
        )
    end
{%- endmacro %}
