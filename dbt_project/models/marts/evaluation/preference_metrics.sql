with

metrics as (select * from {{ ref('int_preference_metrics') }})

select
    {{ run_id() }} as run_id,
    fold,
    model,
    segment,
    metric,
    value,
    customers
from metrics
order by fold, segment, metric, model
