with

places as (select * from {{ ref('int_purchase_places') }} where rank is not null)

select
    customer_id,
    list_type,
    rank,
    product_id,
    recommender,
    probability,
    run_id,
    since_run_id,
    since as served_from,
    purchased_at,
    cast(floor({{ days_between('since', 'purchased_at') }}) as integer) as days_after,
    orders,
    cast(quantity as double) as quantity,
    cast(revenue as decimal(18, 4)) as revenue,
    was_seen,
    was_clicked
from places
order by purchased_at, customer_id, list_type, rank
