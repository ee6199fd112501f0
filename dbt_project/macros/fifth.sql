{#
  Which fifth of a group a row is in by a measure, 5 that of the highest: by the middle of the ranks
  of its equals, so that equal rows have equal fifths and a large tie is low only if it is at the
  bottom. Whoever is alone is in the middle.
#}
{% macro fifth(group, measure) -%}
    cast(
        case
            when count(*) over (partition by {{ group }}) = 1 then 3
            else least(
                5,
                1 + 5 * (
                    2 * rank() over (partition by {{ group }} order by {{ measure }})
                    + count(*) over (partition by {{ group }}, {{ measure }}) - 3
                ) // (2 * (count(*) over (partition by {{ group }}) - 1))
            )
        end
        as integer
    )
{%- endmacro %}
