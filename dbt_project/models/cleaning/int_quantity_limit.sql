with

purchases as (
    select * from {{ ref('stg_purchases') }}
    -- returns count for the last day, as in int_folds
    where reject_reason is null and (not is_return or customer_id is not null)
),

settings as (select * from {{ ref('stg_settings') }}),

span as (
    select
        date_trunc('day', min(purchases.purchased_at)) as first_day,
        coalesce(max(settings.as_of), date_trunc('day', max(purchases.purchased_at))) as last_day,
        max(settings.label_window_days) as label_window_days,
        max(settings.judged_folds) as judged_folds,
        max(settings.hybrid_training_folds) as hybrid_training_folds
    from purchases
    cross join settings
),

past as (
    {{ past_folds('span') }}
),

-- lines after the first cut-off are unknown to past folds
cutoffs as (select min(cutoff_at) as first_cutoff_at from past),

counted as (
    select
        purchases.quantity,
        count(*) as lines
    from purchases
    cross join cutoffs
    where
        not purchases.is_return
        and (cutoffs.first_cutoff_at is null or purchases.purchased_at < cutoffs.first_cutoff_at)
    group by purchases.quantity
),

ranked as (
    select
        quantity,
        sum(lines) over (order by quantity) as lines_up_to,
        sum(lines) over () as all_lines
    from counted
),

percentile as (select min(quantity) as quantity from ranked where lines_up_to >= 0.99 * all_lines)

select
    case when settings.outlier_quantity_factor > 0 then settings.outlier_quantity_factor * percentile.quantity end
        as largest_quantity
from settings
cross join percentile
