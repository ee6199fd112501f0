with

champions as (select * from {{ ref('int_champions') }}),

-- why the hybrid of `serving` falls back on rank fusion, if it does
falls_back as (select why_not from {{ ref('int_hybrid_models') }} where fold = 'serving' and model is null)

select
    {{ run_id() }} as run_id,
    champions.list_type,
    champions.recommender,
    champions.metric,
    cast(champions.k as integer) as k,
    champions.value,
    champions.baseline,
    champions.difference,
    champions.ci_low,
    champions.ci_high,
    case
        when champions.recommender = champions.baseline or champions.difference is null then null
        when champions.ci_low > 0 then 'better'
        when champions.ci_high < 0 then 'worse'
        else 'tie'
    end as verdict,
    case
        when champions.recommender = 'hybrid' and falls_back.why_not is not null
            then concat(champions.why, '; today it falls back to the rank fusion: ', falls_back.why_not)
        else champions.why
    end as why
from champions
left join falls_back on true
order by champions.list_type
