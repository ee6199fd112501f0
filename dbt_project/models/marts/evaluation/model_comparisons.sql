{% set simple_names = "'" ~ simple_recommenders() | join("', '") ~ "'" %}

with

metric_intervals as (select * from {{ ref('int_metric_intervals') }} where fold is not null and baseline is not null),

champions as (select * from {{ ref('int_champions') }}),

compared as (
    select metric_intervals.*
    from metric_intervals
    left join champions on metric_intervals.list_type = champions.list_type
    where
        metric_intervals.recommender <> metric_intervals.baseline
        and (
            metric_intervals.baseline in ({{ simple_names }})
            or metric_intervals.baseline = champions.recommender
        )
),

judged as (
    select
        *,
        case
            when ci_low > 0 then 'better'
            when ci_high < 0 then 'worse'
            else 'tie'
        end as verdict
    from compared
)

select
    {{ run_id() }} as run_id,
    fold,
    list_type,
    segment_type,
    segment,
    metric,
    cast(k as integer) as k,
    recommender,
    baseline,
    value as difference,
    ci_low,
    ci_high,
    verdict
from judged
order by fold, list_type, segment_type, segment, metric, k, baseline, recommender
