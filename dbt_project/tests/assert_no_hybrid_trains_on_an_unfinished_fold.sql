-- A model of a fold trains only on past folds whose label window ends by its cut-off.
with

models as (select * from {{ ref('int_hybrid_models') }}),

folds as (select * from {{ ref('int_folds') }}),

training_folds as (
    select
        fold,
        unnest(learned_from) as learned_from
    from models
)

select
    training_folds.fold,
    folds.cutoff_at,
    training_folds.learned_from,
    past_folds.label_until
from training_folds
left join folds on training_folds.fold = folds.fold
left join folds as past_folds on training_folds.learned_from = past_folds.fold and past_folds.purpose <> 'serve'
where past_folds.label_until is null or past_folds.label_until > folds.cutoff_at
