with

candidates as (select * from {{ ref('int_candidates') }}),

-- of whom nothing was bought before, a recommender of habits has nothing to say
fold_customers as (select * from {{ ref('int_fold_customers') }}),

weights as (select * from {{ ref('int_fusion_weights') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- weighted reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), scaled so that being first
-- for every recommender scores the sum of the weights
fused as (
    select
        candidates.fold,
        candidates.customer_id,
        candidates.product_id,
        candidates.is_new,
        min(candidates.tie_order) as tie_order,
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
        on candidates.fold = fold_customers.fold and candidates.customer_id = fold_customers.customer_id
    group by candidates.fold, candidates.customer_id, candidates.product_id, candidates.is_new
),

best as (
    select
        fused.fold,
        fused.customer_id,
        fused.product_id,
        fused.score,
        fused.is_new
    from fused
    cross join settings
    qualify
        row_number() over (
            partition by fused.fold, fused.customer_id, fused.is_new order by fused.score desc, fused.tie_order asc
        ) <= settings.candidates_per_customer
)

select * from best
