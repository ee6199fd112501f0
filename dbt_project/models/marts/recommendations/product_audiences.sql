with

candidates as (select * from {{ ref('int_served_audiences') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

forbidden as (select * from {{ ref('int_forbidden_products') }}),

ranked as (
    select
        candidates.product_key,
        cast(
            row_number() over (
                partition by candidates.product_key order by candidates.probability desc, candidates.customer_key asc
            ) as integer
        ) as rank,
        candidates.customer_key,
        candidates.probability,
        candidates.is_new
    from candidates
    anti join forbidden on candidates.product_key = forbidden.product_key
),

audiences as (
    select
        products.product_id,
        ranked.rank,
        customers.customer_id,
        {{ shown_probability('ranked.probability') }} as probability,
        ranked.is_new
    from ranked
    cross join settings
    inner join products on ranked.product_key = products.product_key
    inner join customers on ranked.customer_key = customers.customer_key
    where ranked.rank <= settings.audience_size
)

select * from audiences
order by product_id, rank
