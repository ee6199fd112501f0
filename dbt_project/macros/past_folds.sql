{#
  The folds of the past, one a row: fold_number, cutoff_at, label_until, purpose. Fold 1 is the latest
  whose label window is over, fold 2 the one before it, and so on. `span` names a relation of one row:
  first_day and last_day of what happened, label_window_days, judged_folds, hybrid_training_folds.
#}
{% macro past_folds(span) -%}
    select
        fold_number,
        cutoff_at,
        case
            -- the last window runs to the end of the data, the last day included
            when fold_number = 1 then last_day + interval 1 day
            else cutoff_at + label_window
        end as label_until,
        case when fold_number <= judged_folds then 'judge' else 'train' end as purpose
    from (
        select
            numbers.fold_number,
            spans.first_day,
            spans.last_day,
            spans.judged_folds,
            spans.label_window_days * interval 1 day as label_window,
            spans.last_day - numbers.fold_number * spans.label_window_days * interval 1 day as cutoff_at
        from {{ span }} as spans
        cross join unnest(range(1, cast(spans.judged_folds + spans.hybrid_training_folds + 1 as bigint)))
            as numbers (fold_number)
    )
    -- a fold without earlier events has nothing to learn from; a fold with a few days of them isn't used
    -- for training, because its customers' features differ from those of customers known for longer
    where
        cutoff_at > first_day
        and (fold_number <= judged_folds or cutoff_at - label_window >= first_day)
{%- endmacro %}
