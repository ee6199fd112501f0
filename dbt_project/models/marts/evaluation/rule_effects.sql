with

effects as (select * from {{ ref('int_rule_effects') }})

select
    {{ run_id() }} as run_id,
    fold,
    list_type,
    rule,
    action,
    is_all_active,
    is_active,
    customers,
    changed_share,
    products_in,
    products_out,
    ndcg_without,
    ndcg,
    ndcg_difference,
    ndcg_ci_low,
    ndcg_ci_high,
    expected_revenue_without,
    expected_revenue,
    revenue_difference,
    revenue_ci_low,
    revenue_ci_high
from effects
order by fold, list_type, is_all_active, rule
