with

scores as (select * from {{ ref('int_hybrid_scores') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

ranked as (
    select
        scores.product_id,
        cast(
            row_number() over (
                partition by scores.product_id order by scores.probability desc, scores.customer_id asc
            ) as integer
        ) as rank,
        scores.customer_id,
        scores.probability
    from scores
),

audiences as (
    select ranked.*
    from ranked
    cross join settings
    where ranked.rank <= settings.audience_size
)

select * from audiences
order by product_id, rank
