-- What a model learned from is over at its fold's cut-off, and known: a past fold.
with

models as (select * from {{ ref('int_hybrid_models') }}),

folds as (select * from {{ ref('int_folds') }}),

lessons as (
    select
        fold,
        unnest(learned_from) as learned_from
    from models
)

select
    lessons.fold,
    folds.cutoff_at,
    lessons.learned_from,
    past_folds.label_until
from lessons
left join folds on lessons.fold = folds.fold
left join folds as past_folds on lessons.learned_from = past_folds.fold and past_folds.purpose <> 'serve'
where past_folds.label_until is null or past_folds.label_until > folds.cutoff_at
