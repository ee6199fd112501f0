with

habits as (select * from {{ ref('int_discount_habits') }}),

customers as (select * from {{ ref('int_customers') }}),

-- a one-way analysis of variance with random effects: how far customers differ beyond what chance explains
totals as (
    select
        count(*) as customers,
        cast(sum(purchases) as double) as purchases,
        cast(sum(cast(purchases as decimal(38, 0)) * purchases) as double) as squared_purchases,
        {{ exact_sum('purchases * difference', 38) }} / sum(purchases) as mean,
        {{ exact_sum('squares', 38) }} as squares,
        {{ exact_sum('purchases * difference * difference', 38) }} as squares_of_means
    from habits
),

within_customers as (
    select
        *,
        greatest(squares - squares_of_means, 0) / nullif(purchases - customers, 0) as within_variance,
        (squares_of_means - purchases * mean * mean) / nullif(customers - 1, 0) as between_squares,
        (purchases - squared_purchases / purchases) / nullif(customers - 1, 0) as mean_purchases
    from totals
),

variances as (
    select
        mean,
        within_variance,
        greatest((between_squares - within_variance) / nullif(mean_purchases, 0), 0) as between_variance
    from within_customers
),

-- with few purchases the estimate is near everyone's mean
weighed as (
    select
        habits.*,
        variances.mean,
        variances.within_variance / habits.purchases as squared_error,
        variances.between_variance
        / nullif(variances.between_variance + variances.within_variance / habits.purchases, 0) as weight
    from habits
    cross join variances
),

estimated as (
    select
        *,
        mean + coalesce(weight, 0) * (difference - mean) as sensitivity,
        1.959963984540054 * sqrt(coalesce(weight, 0) * squared_error) as half_width
    from weighed
)

select
    customers.customer_id,
    cast(estimated.purchases as integer) as purchases,
    cast(estimated.discounted_share as float) as discounted_share,
    cast(estimated.expected_share as float) as expected_share,
    cast(estimated.discount_depth as float) as discount_depth,
    cast(estimated.sensitivity as float) as sensitivity,
    cast(estimated.sensitivity - estimated.half_width as float) as ci_low,
    cast(estimated.sensitivity + estimated.half_width as float) as ci_high
from estimated
inner join customers on estimated.customer_key = customers.customer_key
order by customers.customer_id
