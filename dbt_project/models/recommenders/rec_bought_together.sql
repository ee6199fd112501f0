with

fold_customers as (select * from {{ ref('int_fold_customers') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }} where in_catalogue),

pairs as (select * from {{ ref('int_product_pairs') }}),

settings as (
    select * from {{ ref('stg_settings') }}
    where list_contains(string_split(replace(recommenders, ' ', ''), ','), 'bought_together')
),

-- what was bought votes for what goes with it, by its decayed weight times the pair's confidence
votes as (
    select
        interactions.fold,
        interactions.customer_key,
        pairs.other_product_key as product_key,
        {{ exact_sum('interactions.weight * pairs.confidence') }} as score
    from interactions
    inner join fold_customers
        on interactions.fold = fold_customers.fold and interactions.customer_key = fold_customers.customer_key
    inner join pairs
        on interactions.fold = pairs.fold and interactions.product_key = pairs.product_key
    where interactions.weight > 0 and exists (select 1 from settings)
    group by interactions.fold, interactions.customer_key, pairs.other_product_key
),

scored as (
    select
        votes.fold,
        votes.customer_key,
        fold_products.product_id,
        fold_products.tie_order,
        votes.score,
        interactions.product_key is null as is_new
    from votes
    inner join fold_products on votes.fold = fold_products.fold and votes.product_key = fold_products.product_key
    left join interactions
        on
            votes.fold = interactions.fold
            and votes.customer_key = interactions.customer_key
            and votes.product_key = interactions.product_key
),

-- the first n of each customer without sorting all: n at a time are kept
kept as (
    select
        scored.fold,
        scored.customer_key,
        scored.is_new,
        unnest(max(
            {
                'score': scored.score,
                'precedence': -scored.tie_order,
                'product_id': scored.product_id
            },
            settings.candidates_per_customer
        )) as product
    from scored
    cross join settings
    group by scored.fold, scored.customer_key, scored.is_new
),

candidates as (
    select
        kept.fold,
        fold_customers.customer_id,
        struct_extract(kept.product, 'product_id') as product_id,
        struct_extract(kept.product, 'score') as score,
        kept.is_new
    from kept
    inner join fold_customers
        on kept.fold = fold_customers.fold and kept.customer_key = fold_customers.customer_key
)

select * from candidates
