with

served as (select * from {{ ref('int_served_replenishment') }})

select
    served.customer_id,
    served.rank,
    served.product_id,
    served.orders,
    round(served.usual_interval, 1) as usual_interval_days,
    {{ day_of('served.cutoff_at', '-served.days_since_last') }} as last_bought_on,
    {{ day_of('served.cutoff_at', '(served.usual_interval - served.days_since_last)') }} as due_on,
    round(served.days_since_last - served.usual_interval, 1) as days_overdue,
    {{ shown_probability('served.probability_7_days') }} as probability_7_days,
    {{ shown_probability('served.probability_14_days') }} as probability_14_days,
    {{ shown_probability('served.probability_window') }} as probability,
    {{ day_of('served.cutoff_at', 'served.sooner_in_days') }} as expected_from,
    {{ day_of('served.cutoff_at', 'served.expected_in_days') }} as expected_on,
    {{ day_of('served.cutoff_at', 'served.later_in_days') }} as expected_until,
    {{ run_id() }} as run_id
from served
order by served.customer_id, served.rank
