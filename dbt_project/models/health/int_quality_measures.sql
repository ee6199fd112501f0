with

champions as (select * from {{ ref('champions') }}),

model_metrics as (select * from {{ ref('model_metrics') }} where segment_type = 'all'),

calibration as (select * from {{ ref('probability_calibration') }}),

judged as (
    select
        champions.list_type,
        model_metrics.value,
        (model_metrics.ci_high - model_metrics.ci_low) / 2 as half_width
    from champions
    inner join model_metrics
        on
            champions.list_type = model_metrics.list_type
            and champions.recommender = model_metrics.recommender
            and champions.metric = model_metrics.metric
            and champions.k = model_metrics.k
    -- the last judged fold reports
    qualify model_metrics.fold = max(model_metrics.fold) over (partition by champions.list_type)
),

last_calibration as (
    select
        list_type,
        sum(expected_purchases) as expected,
        sum(actual_purchases) as actual
    from calibration
    where fold = (select max(latest.fold) from calibration as latest)
    group by list_type
)

select
    'champion_metric' as measure,
    list_type as part,
    value,
    half_width as noise
from judged
where value is not null

union all

select
    'calibration_ratio' as measure,
    list_type as part,
    actual / expected as value,
    -- of a count, on the scale of logarithms
    1 / sqrt(actual) as noise
from last_calibration
where expected > 0 and actual > 0
