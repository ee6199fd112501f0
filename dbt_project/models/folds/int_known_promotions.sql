{{ config(materialized='view') }}

{# Days before the cut-off that are looked at. #}
{% set past_days = 56 %}

-- No other model joins folds with promotions. What was planned, and when, counts where the shop says it; else a
-- promotion is taken to be known as many days before it starts as the horizon says, and no day beyond that.
with

folds as (select * from {{ ref('int_folds') }}),

horizon as (select * from {{ ref('int_promotion_horizon') }}),

settings as (select * from {{ ref('stg_settings') }}),

promotions as (
    select
        promotions.*,
        coalesce(promotions.planned_at, promotions.starts - horizon.horizon_days * interval 1 day) as known_from,
        case when promotions.planned_at is null then horizon.horizon_days end as known_days
    from {{ ref('int_promotions') }} as promotions
    cross join horizon
),

known as (
    select
        folds.fold,
        promotions.product_key,
        promotions.store_keys,
        {% for name in promotion_kinds() %}
        promotions.is_{{ name }},
        {% endfor %}
        promotions.discount,
        promotions.ends,
        -- days since the cut-off, whose first is 0; those before it are below
        greatest(date_diff('day', cast(folds.cutoff_at as date), promotions.starts), -{{ past_days }}) as first_day,
        least(
            coalesce(date_diff('day', cast(folds.cutoff_at as date), promotions.ends), settings.label_window_days - 1),
            coalesce(promotions.known_days, settings.label_window_days) - 1,
            settings.label_window_days - 1
        ) as last_day
    from folds
    cross join settings
    inner join promotions on {{ known_at('folds', 'promotions.known_from') }}
)

select * from known
where first_day <= last_day
