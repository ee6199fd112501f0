with

folds as (select * from {{ ref('int_folds') }}),

candidates as (select * from {{ ref('int_candidates') }}),

held_out as (select * from {{ ref('int_held_out') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- how many of its first candidates each recommender got right, in each past fold
past as (
    select
        candidates.fold,
        candidates.recommender,
        candidates.is_new,
        count(*) as candidates,
        count(held_out.product_id) as hits
    from candidates
    cross join settings
    left join held_out
        on
            candidates.fold = held_out.fold
            and candidates.customer_id = held_out.customer_id
            and candidates.product_id = held_out.product_id
    where candidates.rank_in_group <= settings.list_length
    group by candidates.fold, candidates.recommender, candidates.is_new
),

-- a fold's weights come from the folds whose label window was over at its cut-off
weights as (
    select
        folds.fold,
        past.recommender,
        past.is_new,
        sum(past.hits) / sum(past.candidates) as weight
    from folds
    inner join folds as past_folds
        on past_folds.label_until <= folds.cutoff_at and past_folds.purpose <> 'serve'
    inner join past on past_folds.fold = past.fold
    group by folds.fold, past.recommender, past.is_new
)

select * from weights
