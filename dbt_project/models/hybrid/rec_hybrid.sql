with

scores as (select * from {{ ref('int_hybrid_scores') }}),

fusion as (select * from {{ ref('rec_fusion') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

learned as (
    select
        scores.fold,
        scores.customer_key,
        scores.product_key,
        scores.probability as score,
        scores.is_new,
        cast(row_number() over (
            partition by scores.fold, scores.customer_key, scores.is_new
            order by scores.probability desc, fold_products.tie_order asc
        ) as integer) as rank_in_group
    from scores
    inner join fold_products on scores.fold = fold_products.fold and scores.product_key = fold_products.product_key
),

-- a shop too small to learn from falls back on the ranks alone
candidates as (
    select learned.*
    from learned
    cross join settings
    where learned.rank_in_group <= settings.candidates_per_customer
    union all
    select fusion.*
    from fusion
    where fusion.fold not in (select scores.fold from scores)
)

select * from candidates
