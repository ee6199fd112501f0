with

predictions as (select * from {{ ref('int_rating_predictions') }}),

errors as (
    select
        fold,
        recommender,
        how,
        customer_id,
        abs(predicted_rating - rating) as absolute_error,
        power(predicted_rating - rating, 2) as squared_error
    from predictions
),

customer_sums as (
    select
        fold,
        recommender,
        how,
        customer_id,
        {{ exact_sum('absolute_error', digits=32) }} as absolute_errors,
        {{ exact_sum('squared_error', digits=32) }} as squared_errors,
        count(*) as ratings
    from errors
    group by fold, recommender, how, customer_id
),

means as (
    select
        fold,
        recommender,
        how,
        {{ exact_mean('absolute_error') }} as mae,
        {{ exact_mean('squared_error') }} as mse,
        count(*) as ratings,
        count(distinct customer_id) as customers
    from errors
    group by fold, recommender, how
),

-- Errors of one customer are correlated, so the variance is over customers, not ratings (the ratio
-- estimator of cluster sampling). It is computed from means, so that no scale of ratings is too wide.
-- Fewer than six customers have no interval
spread as (
    select
        means.fold,
        means.recommender,
        means.how,
        -- if all errors are 0, their variance is 0
        coalesce(
            {{ exact_mean('power(customer_sums.absolute_errors / nullif(means.mae, 0) - customer_sums.ratings, 2)') }},
            0
        ) as absolute_variance,
        coalesce(
            {{ exact_mean('power(customer_sums.squared_errors / nullif(means.mse, 0) - customer_sums.ratings, 2)') }},
            0
        ) as squared_variance
    from means
    inner join customer_sums
        on
            means.fold = customer_sums.fold
            and means.recommender = customer_sums.recommender
            and means.how = customer_sums.how
    where means.customers >= 6
    group by means.fold, means.recommender, means.how
),

averaged as (
    select
        means.*,
        round(
            means.mae * means.customers * sqrt(spread.absolute_variance / (means.customers - 1))
            / means.ratings,
            12
        ) as mae_standard_error,
        round(
            means.mse * means.customers * sqrt(spread.squared_variance / (means.customers - 1))
            / means.ratings,
            12
        ) as mse_standard_error
    from means
    left join spread
        on means.fold = spread.fold and means.recommender = spread.recommender and means.how = spread.how
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
