with

scores as (select * from {{ ref('int_hybrid_scores') }}),

pairs as (select * from {{ ref('int_candidate_pairs') }} where is_bought),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

products as (select * from {{ ref('int_products') }}),

served as (select * from {{ ref('int_served_demand') }}),

-- a sampled customer stands for sample_weight others
expected as (
    select
        scores.fold,
        scores.product_key,
        sum(cast(scores.probability * fold_customers.sample_weight as decimal(18, 9))) as buyers
    from scores
    inner join fold_customers
        on scores.fold = fold_customers.fold and scores.customer_key = fold_customers.customer_key
    group by scores.fold, scores.product_key
    union all
    select
        'serving' as fold,
        product_key,
        sum(buyers) as buyers
    from served
    group by product_key
),

bought as (
    select
        pairs.fold,
        pairs.product_key,
        sum(cast(fold_customers.sample_weight as decimal(18, 9))) as buyers
    from pairs
    inner join fold_customers
        on pairs.fold = fold_customers.fold and pairs.customer_key = fold_customers.customer_key
    group by pairs.fold, pairs.product_key
),

summed as (
    select
        coalesce(expected.fold, bought.fold) as fold,
        coalesce(expected.product_key, bought.product_key) as product_key,
        cast(expected.buyers as double) as expected_buyers,
        cast(bought.buyers as double) as buyers
    from expected
    full outer join bought on expected.fold = bought.fold and expected.product_key = bought.product_key
)

select
    summed.fold,
    products.product_id,
    summed.product_key,
    summed.expected_buyers,
    summed.buyers
from summed
inner join products on summed.product_key = products.product_key
