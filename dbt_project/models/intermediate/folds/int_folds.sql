with

events as (select * from {{ ref('int_events') }}),

settings as (select * from {{ ref('stg_settings') }}),

span as (
    select
        date_trunc('day', min(events.occurred_at)) as first_day,
        coalesce(max(settings.as_of), date_trunc('day', max(events.occurred_at))) as last_day,
        max(settings.label_window_days) as label_window_days,
        max(settings.judged_folds) as judged_folds,
        max(settings.hybrid_training_folds) as hybrid_training_folds
    from settings
    left join events on true
),

-- fold 1 is the latest whose label window is over, fold 2 the one before it, and so on
past as (
    select
        numbers.fold_number,
        span.first_day,
        span.judged_folds,
        span.label_window_days,
        span.last_day - numbers.fold_number * span.label_window_days * interval 1 day as cutoff_at,
        case
            -- the last window runs to the end of the data, the last day included
            when numbers.fold_number = 1 then span.last_day + interval 1 day
            else span.last_day - (numbers.fold_number - 1) * span.label_window_days * interval 1 day
        end as label_until
    from span
    cross join unnest(range(1, cast(span.judged_folds + span.hybrid_training_folds + 1 as bigint)))
        as numbers (fold_number)
),

folds as (
    select
        strftime(cutoff_at, '%Y-%m-%d') as fold,
        cast(cutoff_at as timestamp) as cutoff_at,
        cast(label_until as timestamp) as label_until,
        case when fold_number <= judged_folds then 'judge' else 'train' end as purpose
    from past
    -- a fold that nothing happened before has nothing to learn from; what a few days let customers be
    -- known by would teach what isn't so of those known for longer
    where
        cutoff_at > first_day
        and (fold_number <= judged_folds or cutoff_at - label_window_days * interval 1 day >= first_day)

    union all

    select
        'serving' as fold,
        cast(coalesce(last_day, current_date) + interval 1 day as timestamp) as cutoff_at,
        cast(coalesce(last_day, current_date) + (1 + label_window_days) * interval 1 day as timestamp) as label_until,
        'serve' as purpose
    from span
)

select * from folds
