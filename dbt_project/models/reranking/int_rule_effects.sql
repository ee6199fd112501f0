with

compared as (
    select
        *,
        ndcg - ndcg_without as ndcg_gain,
        revenue - revenue_without as revenue_gain
    from {{ ref('int_rule_list_effects') }}
),

measured as (
    select
        trial,
        rule,
        action,
        is_active,
        fold,
        list_type,
        count(*) as customers,
        {{ exact_mean('cast(is_changed as integer)') }} as changed_share,
        {{ exact_mean('products_in') }} as products_in,
        {{ exact_mean('products_out') }} as products_out,
        {{ exact_mean('ndcg_without') }} as ndcg_without,
        {{ exact_mean('ndcg') }} as ndcg,
        {{ exact_mean('ndcg_gain') }} as ndcg_difference,
        {{ half_width('ndcg_gain') }} as ndcg_half_width,
        {{ exact_mean('revenue_without') }} as revenue_without,
        {{ exact_mean('revenue') }} as revenue,
        {{ exact_mean('revenue_gain') }} as revenue_difference,
        {{ half_width('revenue_gain') }} as revenue_half_width
    from compared
    group by trial, rule, action, is_active, fold, list_type
)

select
    coalesce(rule, 'all active rules') as rule,
    trial = -1 as is_all_active,
    action,
    is_active,
    fold,
    list_type,
    customers,
    changed_share,
    products_in,
    products_out,
    round(ndcg_without, 9) as ndcg_without,
    round(ndcg, 9) as ndcg,
    round(ndcg_difference, 9) as ndcg_difference,
    round(ndcg_difference - ndcg_half_width, 9) as ndcg_ci_low,
    round(ndcg_difference + ndcg_half_width, 9) as ndcg_ci_high,
    round(revenue_without, 9) as expected_revenue_without,
    round(revenue, 9) as expected_revenue,
    round(revenue_difference, 9) as revenue_difference,
    round(revenue_difference - revenue_half_width, 9) as revenue_ci_low,
    round(revenue_difference + revenue_half_width, 9) as revenue_ci_high
from measured
