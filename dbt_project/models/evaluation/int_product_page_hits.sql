with

targets as (select * from {{ ref('int_product_page_targets') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

pairs as (select * from {{ ref('int_product_pairs') }}),

similar_products as (
    select
        similar_products.fold,
        similar_products.method,
        given.product_key,
        other.product_key as other_product_key,
        similar_products.rank
    from {{ ref('int_similar_products') }} as similar_products
    inner join fold_products as given
        on similar_products.fold = given.fold and similar_products.product_id = given.product_id
    inner join fold_products as other
        on similar_products.fold = other.fold and similar_products.similar_product_id = other.product_id
),

popular as (
    select
        fold,
        product_key,
        row_number() over (partition by fold order by recent_customers desc, tie_order asc) as rank
    from fold_products
),

found as (
    select
        targets.fold,
        'bought_together' as recommender,
        targets.order_key,
        targets.product_key,
        pairs.rank
    from targets
    inner join pairs
        on
            targets.fold = pairs.fold
            and targets.product_key = pairs.product_key
            and targets.other_product_key = pairs.other_product_key

    union all

    select
        targets.fold,
        concat('similar_', similar_products.method) as recommender,
        targets.order_key,
        targets.product_key,
        similar_products.rank
    from targets
    inner join similar_products
        on
            targets.fold = similar_products.fold
            and targets.product_key = similar_products.product_key
            and targets.other_product_key = similar_products.other_product_key

    union all

    select
        targets.fold,
        'popularity' as recommender,
        targets.order_key,
        targets.product_key,
        -- a product isn't shown on its own page: those after it move up
        other.rank - case when given.rank < other.rank then 1 else 0 end as rank
    from targets
    inner join popular as given on targets.fold = given.fold and targets.product_key = given.product_key
    inner join popular as other on targets.fold = other.fold and targets.other_product_key = other.product_key
    where other.rank <= {{ product_page_cutoffs() | max + 1 }}
),

first_hits as (
    select
        fold,
        recommender,
        order_key,
        product_key,
        min(rank) as rank
    from found
    group by fold, recommender, order_key, product_key
)

select * from first_hits
