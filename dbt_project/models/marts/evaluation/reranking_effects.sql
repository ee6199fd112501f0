with

effects as (select * from {{ ref('int_reranking_effects') }})

select
    {{ run_id() }} as run_id,
    fold,
    list_type,
    setting,
    value,
    customers,
    ndcg,
    ndcg_difference,
    ci_low,
    ci_high,
    distinct_titles,
    repeated_title_share,
    distinct_categories,
    new_share,
    products,
    hits,
    hit_revenue,
    hit_revenue_difference,
    hit_revenue_ci_low,
    hit_revenue_ci_high,
    hit_margin,
    expected_revenue,
    expected_margin
from effects
order by fold, list_type, setting, value
