with

champions as (select * from {{ ref('int_champions') }})

select
    {{ run_id() }} as run_id,
    list_type,
    recommender,
    metric,
    cast(k as integer) as k,
    value,
    baseline,
    difference,
    ci_low,
    ci_high,
    why
from champions
order by list_type
