with

candidates as (select * from {{ ref('int_served_audiences') }}),

settings as (select * from {{ ref('stg_settings') }}),

ranked as (
    select
        candidates.product_id,
        cast(
            row_number() over (
                partition by candidates.product_id order by candidates.probability desc, candidates.customer_id asc
            ) as integer
        ) as rank,
        candidates.customer_id,
        candidates.probability
    from candidates
),

audiences as (
    select ranked.*
    from ranked
    cross join settings
    where ranked.rank <= settings.audience_size
)

select * from audiences
order by product_id, rank
