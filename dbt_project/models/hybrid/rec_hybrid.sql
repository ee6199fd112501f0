with

scores as (select * from {{ ref('int_hybrid_scores') }}),

fusion as (select * from {{ ref('rec_fusion') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

learned as (
    select
        scores.fold,
        scores.customer_id,
        scores.product_id,
        scores.probability as score,
        scores.is_new
    from scores
    cross join settings
    inner join fold_products on scores.fold = fold_products.fold and scores.product_id = fold_products.product_id
    qualify
        row_number() over (
            partition by scores.fold, scores.customer_id, scores.is_new
            order by scores.probability desc, fold_products.tie_order asc
        ) <= settings.candidates_per_customer
),

-- a shop too small to learn from falls back on the ranks alone
candidates as (
    select * from learned
    union all
    select fusion.*
    from fusion
    where fusion.fold not in (select scores.fold from scores)
)

select * from candidates
