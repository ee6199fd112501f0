with

probabilities as (select * from {{ ref('int_hybrid_scores') }}),

fusion as (select * from {{ ref('rec_fusion') }}),

scored as (
    select
        fold,
        customer_key,
        product_key,
        probability as score,
        is_new
    from probabilities
),

{{ ranked_candidates() }},

-- a shop too small to train on falls back on the ranks alone
candidates as (
    select * from best
    union all
    select fusion.*
    from fusion
    where fusion.fold not in (select probabilities.fold from probabilities)
)

select * from candidates
