{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }}),

first_judged as (
    select min(cutoff_at) as cutoff_at
    from folds
    where purpose = 'judge'
),

-- what chooses parameters must not see what judges them
earlier as (
    select
        folds.fold,
        folds.cutoff_at,
        folds.label_until
    from folds
    cross join first_judged
    where folds.purpose = 'train' and folds.label_until <= coalesce(first_judged.cutoff_at, folds.label_until)
)

select * from earlier
