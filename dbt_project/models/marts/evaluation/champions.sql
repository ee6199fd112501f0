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
    case
        when recommender = baseline or difference is null then null
        when ci_low > 0 then 'better'
        when ci_high < 0 then 'worse'
        else 'tie'
    end as verdict,
    why
from champions
order by list_type
