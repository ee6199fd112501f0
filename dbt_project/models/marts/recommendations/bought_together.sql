with

pairs as (select * from {{ ref('int_product_pairs') }} where fold = 'serving'),

products as (select * from {{ ref('int_products') }}),

forbidden as (select * from {{ ref('int_forbidden_products') }}),

bought_together as (
    select
        products.product_id,
        cast(row_number() over (partition by pairs.product_key order by pairs.rank) as integer) as rank,
        others.product_id as other_product_id,
        cast(pairs.baskets as bigint) as baskets,
        pairs.support,
        pairs.confidence,
        pairs.lift,
        pairs.lift_low
    from pairs
    inner join products on pairs.product_key = products.product_key
    inner join products as others on pairs.other_product_key = others.product_key
    anti join forbidden on pairs.other_product_key = forbidden.product_key
)

select * from bought_together
order by product_id, rank
