with

served as (select * from {{ ref('int_served_preferences') }})

select
    * replace ({{ shown_probability('probability') }} as probability),
    {{ run_id() }} as run_id
from served
order by customer_id, rank
