{{ config(materialized='view') }}

-- No other model says from which past folds a fold may learn.
with

folds as (select * from {{ ref('int_folds') }}),

finished as (
    select
        folds.fold,
        past_folds.fold as training_fold,
        past_folds.cutoff_at,
        past_folds.label_until,
        row_number() over (partition by folds.fold order by past_folds.cutoff_at desc) as recency_rank
    from folds
    inner join folds as past_folds
        on folds.cutoff_at >= past_folds.label_until and past_folds.purpose <> 'serve'
)

select * from finished
