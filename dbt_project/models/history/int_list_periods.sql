{{ config(materialized='view') }}

with

list_runs as (select * from {{ ref('int_list_runs') }}),

-- a run takes the place of all lists before it from its cut-off on, also where that is before theirs
bounded as (
    select
        *,
        min(served_from) over (
            order by run_number rows between current row and unbounded following
        ) as earlier_until,
        min(served_from) over (
            order by run_number rows between 1 following and unbounded following
        ) as replaced_from,
        lag(run_id) over (order by run_number) as previous_run_id
    from list_runs
)

select
    run_number,
    run_id,
    previous_run_id,
    served_from,
    case when replaced_from is not null then greatest(served_from, replaced_from) end as served_until,
    earlier_until,
    promised_until,
    experiment,
    coalesce(challenger_share, 0) as challenger_share
from bounded
