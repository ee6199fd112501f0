with

metrics as (select * from {{ ref('int_demand_metrics') }})

select
    {{ run_id() }} as run_id,
    fold,
    level,
    items_of,
    measure,
    items,
    expected,
    actual,
    expected_to_actual,
    wape,
    within_tenth_share,
    interval_coverage
from metrics
order by fold, level, items_of, measure
