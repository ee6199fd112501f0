with

trials as (select * from {{ ref('int_rule_trials') }}),

rules as (select * from {{ ref('int_dated_rules') }}),

judged_lists as (
    {{ judged_champion_lists() }}
),

held_out as (select * from {{ ref('int_held_out') }}),

scores as (select * from {{ ref('int_hybrid_scores') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

-- revenue isn't known in folds without a probability or without a price
valued as (
    select distinct scores.fold
    from scores
    inner join fold_products on scores.fold = fold_products.fold and scores.product_key = fold_products.product_key
    where fold_products.price is not null
),

listed as (
    select
        trials.*,
        held_out.product_key is not null as is_hit,
        scores.probability * cast(fold_products.price as double) as expected_revenue
    from trials
    left join held_out
        on
            trials.fold = held_out.fold
            and trials.customer_key = held_out.customer_key
            and trials.product_key = held_out.product_key
    left join scores
        on
            trials.fold = scores.fold
            and trials.customer_key = scores.customer_key
            and trials.product_key = scores.product_key
    left join fold_products on trials.fold = fold_products.fold and trials.product_key = fold_products.product_key
),

lists as (
    select
        trial,
        fold,
        list_type,
        customer_key,
        {{ exact_sum('case when is_hit then ' ~ gain('rank') ~ ' else 0 end') }} as dcg,
        coalesce({{ exact_sum('expected_revenue', 30) }}, 0) as expected_revenue,
        count(product_key) as products
    from listed
    group by trial, fold, list_type, customer_key
),

-- products of lists with the rule and without
differences as (
    select
        ruled.trial,
        ruled.fold,
        ruled.list_type,
        ruled.customer_key,
        count(ruled.product_key) as products,
        count(untouched.product_key) as products_kept,
        count(*) filter (where untouched.rank = ruled.rank) as products_in_place
    from trials as ruled
    left join trials as untouched
        on
            untouched.trial = 0
            and ruled.fold = untouched.fold
            and ruled.list_type = untouched.list_type
            and ruled.customer_key = untouched.customer_key
            and ruled.product_key = untouched.product_key
    where ruled.trial <> 0
    group by ruled.trial, ruled.fold, ruled.list_type, ruled.customer_key
),

untouched_lists as (
    select
        judged_lists.fold,
        judged_lists.list_type,
        judged_lists.customer_key,
        judged_lists.ideal_dcg,
        coalesce(lists.dcg, 0) as dcg,
        coalesce(lists.products, 0) as products,
        case when valued.fold is not null then coalesce(lists.expected_revenue, 0) end as expected_revenue
    from judged_lists
    inner join {{ ref('int_rule_trial_lists') }} as sampled
        on
            judged_lists.fold = sampled.fold
            and judged_lists.list_type = sampled.list_type
            and judged_lists.customer_key = sampled.customer_key
    left join lists
        on
            lists.trial = 0
            and judged_lists.fold = lists.fold
            and judged_lists.list_type = lists.list_type
            and judged_lists.customer_key = lists.customer_key
    left join valued on judged_lists.fold = valued.fold
),

tried as (
    select
        rule_key as trial,
        rule,
        action,
        is_active
    from rules
    union all
    select
        -1 as trial,
        null as rule,
        null as action, -- noqa: RF04
        true as is_active
    where exists (select 1 from rules where rules.is_active)
),

-- lists that a rule doesn't touch stay as they are
compared as (
    select
        tried.*,
        untouched.fold,
        untouched.list_type,
        untouched.dcg / untouched.ideal_dcg as ndcg_without,
        coalesce(lists.dcg, untouched.dcg) / untouched.ideal_dcg as ndcg,
        untouched.expected_revenue as revenue_without,
        case
            when untouched.expected_revenue is not null
                then coalesce(lists.expected_revenue, untouched.expected_revenue)
        end as revenue,
        coalesce(differences.products - differences.products_kept, 0) as products_in,
        coalesce(untouched.products - differences.products_kept, 0) as products_out,
        coalesce(
            differences.products <> differences.products_in_place or differences.products <> untouched.products, false
        ) as is_changed
    from untouched_lists as untouched
    cross join tried
    left join lists
        on
            tried.trial = lists.trial
            and untouched.fold = lists.fold
            and untouched.list_type = lists.list_type
            and untouched.customer_key = lists.customer_key
    left join differences
        on
            tried.trial = differences.trial
            and untouched.fold = differences.fold
            and untouched.list_type = differences.list_type
            and untouched.customer_key = differences.customer_key
)

select * from compared
