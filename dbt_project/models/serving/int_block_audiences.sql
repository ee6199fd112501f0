-- The customers of a block who are most likely to buy a product. The shop's audience is chosen among those
-- of all blocks.
with

scores as (select * from {{ ref('int_hybrid_scores') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

-- whom to target: nobody of the control group
held_out as (select * from {{ ref('int_customer_arms') }} where arm = 'control'),

ranked as (
    select
        scores.product_key,
        scores.customer_key,
        scores.probability,
        scores.is_new,
        row_number() over (
            partition by scores.product_key order by scores.probability desc, scores.customer_key asc
        ) as rank
    from scores
    anti join held_out on scores.customer_key = held_out.customer_key
)

select
    ranked.product_key,
    ranked.customer_key,
    ranked.probability,
    ranked.is_new
from ranked
cross join settings
where ranked.rank <= settings.audience_size
