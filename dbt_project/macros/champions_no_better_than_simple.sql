{#
  Lists whose champion isn't significantly better than popularity and personal habit, if the setting
  `require_better_champion` is as given: none of them is an error, unless the shop says so.
#}
{% macro champions_no_better_than_simple(is_required) -%}
    select
        champions.list_type,
        champions.recommender,
        champions.baseline,
        champions.difference,
        champions.ci_low
    from {{ ref('int_champions') }} as champions
    cross join {{ ref('stg_settings') }} as settings
    where
        champions.baseline is not null
        and coalesce(champions.ci_low, 0) <= 0
        and settings.require_better_champion = {{ is_required }}
{%- endmacro %}
