with

folds as (select * from {{ ref('int_folds') }} where purpose = 'serve'),

promotions as (select * from {{ ref('int_promotions') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- how far the calendar reaches today; what is open-ended is known for its first day
today as (
    select
        greatest(1 + date_diff(
            'day', cast(any_value(folds.cutoff_at) as date), max(coalesce(promotions.ends, promotions.starts))
        ), 0) as days
    from folds
    left join promotions on true
)

select
    coalesce(least(today.days, settings.label_window_days), 0) as days_known_today,
    coalesce(settings.promotion_horizon_days, least(today.days, settings.label_window_days), 0) as horizon_days
from today
cross join settings
