with

served as (select * from {{ ref('int_served_preferences') }})

select
    *,
    {{ run_id() }} as run_id
from served
order by customer_id, rank
