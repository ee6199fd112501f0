with

judged_metrics as (select * from {{ ref('int_judged_metrics') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

metric_intervals as (select * from {{ ref('int_metric_intervals') }} where baseline is null),

set_metrics as (
    select * from {{ ref('int_coverage_metrics') }}
    union all by name
    select * from {{ ref('int_recall_by_popularity') }}
    union all by name
    select * from {{ ref('int_recall_by_promotion') }}
    union all by name
    select * from {{ ref('int_new_product_metrics') }}
),

averaged as (
    select
        judged_metrics.fold,
        judged_metrics.recommender,
        judged_metrics.list_type,
        segments.segment_type,
        segments.segment,
        judged_metrics.metric,
        judged_metrics.k,
        {{ exact_mean('judged_metrics.value') }} as value,
        count(*) as customers
    from judged_metrics
    inner join segments
        on judged_metrics.fold = segments.fold and judged_metrics.customer_id = segments.customer_id
    group by all
),

bounded as (
    select
        averaged.*,
        metric_intervals.ci_low,
        metric_intervals.ci_high
    from averaged
    left join metric_intervals
        on
            averaged.fold = metric_intervals.fold
            and averaged.recommender = metric_intervals.recommender
            and averaged.list_type = metric_intervals.list_type
            and averaged.segment_type = metric_intervals.segment_type
            and averaged.segment = metric_intervals.segment
            and averaged.metric = metric_intervals.metric
            and averaged.k = metric_intervals.k
),

metrics as (
    select * from bounded
    union all by name
    select
        *,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high
    from set_metrics
)

select
    {{ run_id() }} as run_id,
    fold,
    recommender,
    list_type,
    segment_type,
    segment,
    metric,
    cast(k as integer) as k,
    value,
    ci_low,
    ci_high,
    customers
from metrics
order by fold, list_type, segment_type, segment, metric, k, recommender
