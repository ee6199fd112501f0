{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

training_folds as (select * from {{ ref('int_training_folds') }}),

-- what chooses parameters must not see what judges them; where nothing is judged, today's fold is the first
first_judged as (
    select fold
    from folds
    order by cutoff_at asc
    limit 1
),

earlier as (
    select
        training_folds.training_fold as fold,
        training_folds.cutoff_at,
        training_folds.label_until
    from training_folds
    inner join first_judged on training_folds.fold = first_judged.fold
)

select * from earlier
