-- The customers of a block who are most likely to buy a product. The shop's audience is chosen among those
-- of all blocks.
with

scores as (select * from {{ ref('int_hybrid_scores') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

ranked as (
    select
        scores.product_key,
        scores.customer_key,
        scores.probability,
        row_number() over (
            partition by scores.product_key order by scores.probability desc, scores.customer_key asc
        ) as rank
    from scores
)

select
    products.product_id,
    customers.customer_id,
    ranked.probability
from ranked
cross join settings
inner join products on ranked.product_key = products.product_key
inner join customers on ranked.customer_key = customers.customer_key
where ranked.rank <= settings.audience_size
