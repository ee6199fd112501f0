with

candidates as (select * from {{ ref('int_candidates') }}),

-- of whom nothing was bought before, a recommender of habits has nothing to say
fold_customers as (select * from {{ ref('int_fold_customers') }}),

weights as (select * from {{ ref('int_fusion_weights') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- weighted reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), scaled so that being first
-- for every recommender scores the sum of the weights
scored as (
    select
        candidates.fold,
        candidates.customer_key,
        candidates.product_key,
        candidates.is_new,
        {{ exact_sum(
            'weights.weight * (settings.fusion_constant + 1) / (settings.fusion_constant + candidates.rank_in_group)'
        ) }} as score
    from candidates
    inner join weights
        on
            candidates.fold = weights.fold
            and candidates.recommender = weights.recommender
            and candidates.is_new = weights.is_new
    cross join settings
    semi join fold_customers
        on candidates.fold = fold_customers.fold and candidates.customer_key = fold_customers.customer_key
    group by candidates.fold, candidates.customer_key, candidates.product_key, candidates.is_new
),

{{ ranked_candidates() }}

select * from best
