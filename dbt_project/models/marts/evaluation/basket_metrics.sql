with

intervals as (select * from {{ ref('int_basket_intervals') }} where fold is not null),

means as (select * from intervals where baseline is null),

differences as (select * from intervals where baseline = 'buy_again' and recommender <> 'buy_again')

select
    {{ run_id() }} as run_id,
    means.fold,
    means.recommender as basket,
    means.metric,
    means.k,
    means.value,
    means.ci_low,
    means.ci_high,
    differences.value as difference,
    differences.ci_low as difference_low,
    differences.ci_high as difference_high,
    case
        when differences.ci_low > 0 then 'better'
        when differences.ci_high < 0 then 'worse'
        when differences.value is not null then 'tie'
    end as verdict,
    means.customers
from means
left join differences
    on
        means.fold = differences.fold
        and means.recommender = differences.recommender
        and means.metric = differences.metric
        and means.k = differences.k
order by means.fold, means.metric, means.recommender
