with

predicted as (select * from {{ ref('int_served_predicted_ratings') }})

select * from predicted
order by customer_id, recommender, rank
