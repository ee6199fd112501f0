{#
  The fifth of a group that a row is in by a measure; 5 is the highest. It follows from the mean rank of
  all rows with the same value, so that equal rows are in the same fifth. The only row of a group is in
  the third.
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
