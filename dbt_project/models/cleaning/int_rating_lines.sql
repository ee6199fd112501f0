with

-- a replaced rating counts until the later one
ratings as (
    select * from {{ ref('stg_ratings') }} where reject_reason is null or reject_reason = 'superseded_rating'
),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

parents as (select * from {{ ref('int_product_parents') }}),

left_out as (select * from {{ ref('int_left_out_customers') }}),

lines as (
    select
        coalesce(merged_customers.merged_into, ratings.customer_id) as customer_id,
        coalesce(parents.recommend_as, ratings.product_id) as product_id,
        ratings.rating,
        ratings.rated_at,
        ratings.file,
        ratings.row_number
    from ratings
    left join merged_customers on ratings.customer_id = merged_customers.customer_id
    left join parents on ratings.product_id = parents.product_id
),

-- of several ratings at one moment the last line counts, for example those of variants of a product
told_apart as (
    select lines.*
    from lines
    anti join left_out on lines.customer_id = left_out.customer_id
    qualify row_number() over (
        partition by lines.customer_id, lines.product_id, lines.rated_at
        order by lines.file desc, lines.row_number desc
    ) = 1
)

select
    customer_id,
    product_id,
    rating,
    rated_at,
    lead(rated_at) over (partition by customer_id, product_id order by rated_at asc nulls first) as replaced_at,
    min(rated_at) over (partition by customer_id, product_id) as first_rated_at
from told_apart
