{% set rating_names = "'" ~ rating_recommenders() | join("', '") ~ "'" %}

with

candidates as (select * from {{ ref('int_candidates') }} where fold = 'serving' and is_new),

settings as (select * from {{ ref('stg_settings') }}),

customers as (select * from {{ ref('int_customers') }}),

-- nothing that is proposed to customers is served of the control group
held_out as (select * from {{ ref('int_customer_arms') }} where arm = 'control'),

products as (select * from {{ ref('int_products') }}),

predicted as (
    select
        customers.customer_id,
        products.product_id,
        candidates.recommender,
        candidates.score as predicted_rating,
        candidates.rank_in_group as rank
    from candidates
    cross join settings
    inner join customers on candidates.customer_key = customers.customer_key
    inner join products on candidates.product_key = products.product_key
    anti join held_out on candidates.customer_key = held_out.customer_key
    where
        candidates.recommender in ({{ rating_names }})
        and candidates.rank_in_group <= settings.predicted_ratings_per_customer
)

select * from predicted
order by customer_id, recommender, rank
