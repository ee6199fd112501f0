{#
  Lists whose champion isn't significantly better than popularity and than personal habit, on the
  last judged fold, if the setting `require_better_champion` is as given. A simple recommender that
  serves is no better than itself. Where nothing could be judged nothing has been shown, which
  matters to whoever requires it.
#}
{% macro champions_no_better_than_simple(is_required) -%}
    {%- set simple_names = "'" ~ simple_recommenders() | join("', '") ~ "'" -%}
    with

    champions as (select * from {{ ref('champions') }}),

    settings as (select * from {{ ref('stg_settings') }}),

    comparisons as (
        select * from {{ ref('model_comparisons') }}
        where segment_type = 'all' and baseline in ({{ simple_names }})
        qualify fold = max(fold) over (partition by list_type)
    )

    select
        champions.list_type,
        champions.recommender,
        comparisons.baseline,
        comparisons.difference,
        comparisons.ci_low
    from champions
    cross join settings
    left join comparisons
        on
            champions.list_type = comparisons.list_type
            and champions.recommender = comparisons.recommender
            and champions.metric = comparisons.metric
            and champions.k = comparisons.k
    where
        settings.require_better_champion = {{ is_required }}
        and (champions.recommender in ({{ simple_names }}) or coalesce(comparisons.ci_low, 0) <= 0)
        and (settings.require_better_champion or champions.baseline is not null)
{%- endmacro %}
