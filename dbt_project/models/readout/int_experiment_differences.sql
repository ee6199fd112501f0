-- Differences between arms, less what purchases before the experiment explain (CUPED: Deng, Xu, Kohavi and Walker
-- 2013). Its factor is the one that makes the variance of the difference least.
with

sums as (select * from {{ ref('int_experiment_sums') }}),

settings as (select * from {{ ref('stg_settings') }}),

compared as (
    select
        unnest(['champion', 'challenger', 'challenger']) as arm,
        unnest(['control', 'control', 'champion']) as baseline
),

pairs as (
    select
        compared.arm,
        compared.baseline,
        ones.experiment,
        ones.metric,
        ones.customers,
        others.customers as baseline_customers,
        ones.mean_y as value,
        others.mean_y as baseline_value,
        case ones.metric
            -- nor does the normal distribution hold for a share near 1
            when 'buyers'
                then least(
                    ones.buyers, ones.customers - ones.buyers, others.buyers, others.customers - others.buyers
                )
            else least(ones.buyers, others.buyers)
        end as fewest,
        ones.mean_x - others.mean_x as difference_before,
        ones.variance_y / ones.customers as error_y,
        others.variance_y / others.customers as baseline_error_y,
        ones.variance_x / ones.customers as error_x,
        others.variance_x / others.customers as baseline_error_x,
        ones.covariance / ones.customers as error_xy,
        others.covariance / others.customers as baseline_error_xy,
        others.customers / nullif(ones.customers + others.customers, 0) as baseline_share,
        (ones.customer_days + others.customer_days)
        / (greatest(ones.known_before + others.known_before, 1) * settings.label_window_days) as information
    from compared
    inner join sums as ones on compared.arm = ones.arm
    inner join sums as others
        on
            compared.baseline = others.arm
            and ones.experiment = others.experiment
            and ones.metric = others.metric
    cross join settings
),

weighed as (
    select
        *,
        coalesce((error_xy + baseline_error_xy) / nullif(error_x + baseline_error_x, 0), 0) as theta
    from pairs
)

select
    experiment,
    arm,
    baseline,
    metric,
    customers,
    baseline_customers,
    fewest,
    value,
    baseline_value,
    value - baseline_value - theta * difference_before as difference,
    -- as if both arms had bought as much before
    value - theta * difference_before * baseline_share as adjusted_value,
    baseline_value + theta * difference_before * (1 - baseline_share) as adjusted_baseline,
    -- what is explained altogether may leave less than 0 by rounding
    greatest(error_y + theta * theta * error_x - 2 * theta * error_xy, 0) as squared_error,
    greatest(
        baseline_error_y + theta * theta * baseline_error_x - 2 * theta * baseline_error_xy, 0
    ) as baseline_squared_error,
    error_y + baseline_error_y as unadjusted_squared_error,
    information
from weighed
