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

-- a lower value is better for the bias only
directed as (
    select
        *,
        case when metric = 'popularity_bias' then -ci_high else ci_low end as least_gain,
        case when metric = 'popularity_bias' then -ci_low else ci_high end as most_gain
    from compared
),

judged as (
    select
        *,
        case
            when least_gain > 0 then 'better'
            when most_gain < 0 then 'worse'
            else 'tie'
        end as verdict
    from directed
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
