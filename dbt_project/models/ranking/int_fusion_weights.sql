with

training_folds as (select * from {{ ref('int_training_folds') }}),

candidates as (select * from {{ ref('int_candidates') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

held_out as (select * from {{ ref('int_held_out') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- how many of its first candidates each recommender got right, in each past fold
past as (
    select
        candidates.fold,
        candidates.recommender,
        candidates.is_new,
        count(*) as candidates,
        count(held_out.product_key) as hits
    from candidates
    inner join fold_customers
        on candidates.fold = fold_customers.fold and candidates.customer_key = fold_customers.customer_key
    cross join settings
    left join held_out
        on
            candidates.fold = held_out.fold
            and candidates.customer_key = held_out.customer_key
            and candidates.product_key = held_out.product_key
    where candidates.rank_in_group <= settings.list_length
    group by candidates.fold, candidates.recommender, candidates.is_new
),

-- a fold's weights come from the folds whose label window was over at its cut-off
weights as (
    select
        training_folds.fold,
        past.recommender,
        past.is_new,
        sum(past.hits) / sum(past.candidates) as weight
    from training_folds
    inner join past on training_folds.training_fold = past.fold
    group by training_folds.fold, past.recommender, past.is_new
),

-- many weak recommenders would outvote a strong one: only those near the best have a say
strong as (
    select weights.*
    from weights
    cross join settings
    qualify
        weights.weight >= settings.fusion_share_of_best * max(weights.weight) over (
            partition by weights.fold, weights.is_new
        )
)

select * from strong
