-- depends_on: {{ ref('int_rules') }}
-- nothing is computed while rules have faults
with

events as (select * from {{ ref('int_events') }}),

settings as (select * from {{ ref('stg_settings') }}),

span as (
    select
        date_trunc('day', min(events.occurred_at)) as first_day,
        coalesce(
            max(settings.as_of), date_trunc('day', greatest(max(events.occurred_at), max(events.returned_at)))
        ) as last_day,
        max(settings.label_window_days) as label_window_days,
        max(settings.judged_folds) as judged_folds,
        max(settings.hybrid_training_folds) as hybrid_training_folds
    from settings
    left join events on true
),

past as (
    {{ past_folds('span') }}
),

folds as (
    select
        strftime(cutoff_at, '%Y-%m-%d') as fold,
        cast(cutoff_at as timestamp) as cutoff_at,
        cast(label_until as timestamp) as label_until,
        purpose
    from past
    where {{ is_made("'past'") }}

    union all

    select
        'serving' as fold,
        cast(coalesce(last_day, current_date) + interval 1 day as timestamp) as cutoff_at,
        cast(coalesce(last_day, current_date) + (1 + label_window_days) * interval 1 day as timestamp) as label_until,
        'serve' as purpose
    from span
)

select * from folds
-- what is fitted knows these
{{ and_past_rows() }}
