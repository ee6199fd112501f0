{#
  A rating; of '4.5 out of 5' and '4/5' what stands before. `recsys init` sees the same as
  ratings: RATING_IN_WORDS of recsys/draft/ratings.py.
#}
{% macro clean_rating(column, has_decimal_comma) -%}
    coalesce(
        {{ clean_number(column, has_decimal_comma, 'double') }},
        case
            when typeof({{ column }}) = 'VARCHAR'
                then {{ clean_number(
                    "regexp_extract(cast(" ~ column ~ " as varchar), '(?i)^\\s*([0-9]+(?:[.,][0-9]+)?)\\s*"
                    ~ "(?:(?:/|out of|von|de|sur|su|van)\\s*[0-9]+.{0,12}|stars?|sterne?|estrellas?|étoiles?|stelle)$', 1)",
                    has_decimal_comma, 'double'
                ) }}
        end
    )
{%- endmacro %}
