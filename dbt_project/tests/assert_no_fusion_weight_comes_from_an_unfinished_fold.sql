-- Each weight is computed again from folds whose label window ends by the cut-off.
with

folds as (select * from {{ ref('int_folds') }}),

weights as (select * from {{ ref('int_fusion_weights') }}),

candidates as (select * from {{ ref('int_candidates') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

held_out as (select * from {{ ref('int_held_out') }}),

settings as (select * from {{ ref('stg_settings') }}),

fold_hits as (
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

allowed as (
    select
        weights.fold,
        weights.recommender,
        weights.is_new,
        weights.weight,
        sum(fold_hits.hits) / sum(fold_hits.candidates) as allowed_weight
    from weights
    left join folds on weights.fold = folds.fold
    left join folds as finished
        on folds.cutoff_at >= finished.label_until and finished.purpose <> 'serve'
    left join fold_hits
        on
            finished.fold = fold_hits.fold
            and weights.recommender = fold_hits.recommender
            and weights.is_new = fold_hits.is_new
    group by weights.fold, weights.recommender, weights.is_new, weights.weight
)

select * from allowed
where allowed_weight is null or abs(weight - allowed_weight) > 1e-9
