with

served as (select * from {{ ref('int_served_lists') }}),

reasons as (select * from {{ ref('int_reasons') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

scores as (select * from {{ ref('int_hybrid_scores') }} where fold = 'serving'),

recommendations as (
    select
        served.customer_id,
        served.list_type,
        cast(served.rank as integer) as rank,
        served.product_id,
        served.score,
        -- the hybrid's probability is shown whichever recommender serves the list
        scores.probability,
        served.recommender,
        reasons.reason,
        reasons.reason_product_id,
        reasons.reason_kind,
        reasons.reason_count,
        reasons.reason_share,
        reasons.reason_days
    from served
    inner join reasons
        on
            served.customer_id = reasons.customer_id
            and served.product_id = reasons.product_id
            and served.reason_basis = reasons.reason_basis
    inner join customers on served.customer_id = customers.customer_id
    inner join products on served.product_id = products.product_id
    left join scores
        on customers.customer_key = scores.customer_key and products.product_key = scores.product_key
)

select * from recommendations
order by customer_id, list_type, rank
