with

metrics as (select * from {{ ref('int_preference_metrics') }}),

intervals as (select * from {{ ref('int_preference_intervals') }}),

-- sums aren't compared: a larger one is neither better nor worse
comparisons as (
    select * from intervals where baseline is not null and metric not in ('expected_purchases', 'purchases')
)

select
    {{ run_id() }} as run_id,
    metrics.fold,
    metrics.model,
    metrics.segment,
    metrics.metric,
    metrics.value,
    intervals.ci_low,
    intervals.ci_high,
    metrics.customers,
    comparisons.value as difference,
    comparisons.ci_low as difference_low,
    comparisons.ci_high as difference_high,
    case
        when comparisons.value is null then null
        -- a larger area is better; a smaller loss or error is better
        when case when metrics.metric like 'roc_auc%' then comparisons.ci_low > 0 else comparisons.ci_high < 0 end
            then 'better'
        when case when metrics.metric like 'roc_auc%' then comparisons.ci_high < 0 else comparisons.ci_low > 0 end
            then 'worse'
        else 'tie'
    end as verdict
from metrics
left join intervals
    on
        metrics.fold = intervals.fold
        and metrics.segment = intervals.segment
        and metrics.model = intervals.model
        and metrics.metric = intervals.metric
        and intervals.baseline is null
left join comparisons
    on
        metrics.fold = comparisons.fold
        and metrics.segment = comparisons.segment
        and metrics.model = comparisons.model
        and metrics.metric = comparisons.metric
order by metrics.fold, metrics.segment, metrics.metric, metrics.model
