with

predicted as (select * from {{ ref('int_served_predicted_ratings') }})

-- further decimals would take twice the room
select * replace (round(predicted_rating, 5) as predicted_rating)
from predicted
order by customer_id, recommender, rank
