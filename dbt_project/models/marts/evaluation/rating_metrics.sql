with

predictions as (select * from {{ ref('int_rating_predictions') }}),

errors as (
    select
        fold,
        recommender,
        how,
        abs(predicted_rating - rating) as absolute_error,
        power(predicted_rating - rating, 2) as squared_error
    from predictions
),

averaged as (
    select
        fold,
        recommender,
        how,
        {{ exact_sum('absolute_error') }} / count(*) as mae,
        round(stddev_samp(absolute_error) / sqrt(count(*)), 12) as mae_standard_error,
        {{ exact_sum('squared_error') }} / count(*) as mse,
        round(stddev_samp(squared_error) / sqrt(count(*)), 12) as mse_standard_error,
        count(*) as ratings
    from errors
    group by fold, recommender, how
),

metrics as (
    select
        fold,
        recommender,
        'mae' as metric,
        how,
        mae as value,
        mae_standard_error as standard_error,
        ratings
    from averaged
    union all
    select
        fold,
        recommender,
        'rmse' as metric,
        how,
        sqrt(mse) as value,
        -- delta method: the error of a square root
        mse_standard_error / nullif(2 * sqrt(mse), 0) as standard_error,
        ratings
    from averaged
)

select
    {{ run_id() }} as run_id,
    fold,
    recommender,
    metric,
    how,
    value,
    value - 1.96 * standard_error as ci_low,
    value + 1.96 * standard_error as ci_high,
    ratings
from metrics
order by fold, how, metric, recommender
