{{ config(severity='warn') }}

/*
  Recommenders that were significantly better than what serves a list, on the last judged fold. The
  hybrid has to beat the simple ones to serve, not all of them: where it lost to another, as when a
  season begins that no fold before has seen, `pinned_champion` lets that one serve.
*/
with

comparisons as (
    select * from {{ ref('model_comparisons') }}
    where segment_type = 'all'
    qualify fold = max(fold) over (partition by list_type)
),

champions as (select * from {{ ref('champions') }}),

settings as (select * from {{ ref('stg_settings') }})

select
    champions.list_type,
    champions.recommender as served,
    comparisons.recommender,
    comparisons.difference,
    comparisons.ci_low
from champions
cross join settings
inner join comparisons
    on
        champions.list_type = comparisons.list_type
        and champions.recommender = comparisons.baseline
        and champions.metric = comparisons.metric
        and champions.k = comparisons.k
where comparisons.verdict = 'better' and settings.pinned_champion is null
