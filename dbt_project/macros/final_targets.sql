{#
  The final target of each id that refers to another one: the last id of its chain or, if the references
  form a circle, the least id of the circle. One row per id whose final target is another id.
#}
{% macro final_targets(pairs) -%}
    walked as (
        select
            id,
            target,
            [id, target] as path,
            false as is_circle
        from {{ pairs }}
        where id <> target

        union all

        select
            walked.id,
            next_pairs.target,
            list_append(walked.path, next_pairs.target) as path,
            list_contains(walked.path, next_pairs.target) as is_circle
        from walked
        inner join {{ pairs }} as next_pairs on walked.target = next_pairs.id and next_pairs.id <> next_pairs.target
        where not walked.is_circle
    ),

    ended as (
        select
            walked.id,
            case
                when walked.is_circle
                    then list_min(walked.path[list_position(walked.path, walked.target):])
                else walked.target
            end as target,
            walked.is_circle,
            len(walked.path) - 1 as steps
        from walked
        anti join {{ pairs }} as others on not walked.is_circle and walked.target = others.id and others.id <> others.target
    ),

    final_targets as (select * from ended where id <> target)
{%- endmacro %}
