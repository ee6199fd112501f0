{% set rating_names = "'" ~ rating_recommenders() | join("', '") ~ "'" %}

with

candidates as (select * from {{ ref('int_candidates') }} where fold = 'serving' and is_new),

predicted as (
    select
        customer_id,
        product_id,
        recommender,
        score as predicted_rating,
        cast(rank_in_group as integer) as rank
    from candidates
    where recommender in ({{ rating_names }})
)

select * from predicted
order by customer_id, recommender, rank
