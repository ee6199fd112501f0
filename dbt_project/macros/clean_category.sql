{#
  The text of a category. Of a list, as a column of lists or as text ('["Home", "Kitchen"]'), the item
  at the place that the column has in a path from the general to the particular, counted from 1; a
  list of one is a category.
#}
{% macro listed_category(column, place) -%}
    list_transform(
        [{{ listed_items(column) }}],
        lambda items: case
            when items is null then cast({{ column }} as varchar)
            {% if place == 2 -%}
            when len(items) = 1 then items[1]
            {% endif -%}
            else items[{{ place }}]
        end
    )[1]
{%- endmacro %}

{# The items of a column of lists, or of text that is a list in JSON or Python; null if it is neither. #}
{% macro listed_items(column) -%}
    case
        when typeof({{ column }}) = 'VARCHAR[]' then try_cast({{ column }} as varchar[])
        when starts_with(cast({{ column }} as varchar), '[') and ends_with(cast({{ column }} as varchar), ']')
            then list_transform(
                regexp_split_to_array(
                    regexp_replace(cast({{ column }} as varchar), '^\[\s*|\s*\]$', '', 'g'),
                    case
                        when regexp_matches(cast({{ column }} as varchar), '^\[\s*["'']') then '["'']\s*,\s*["'']'
                        else '\s*,\s*'
                    end
                ),
                lambda item: trim(item, '"'' ')
            )
    end
{%- endmacro %}
