with

trials as (select * from {{ ref('int_reranking_trials') }}),

judged_lists as (
    {{ judged_champion_lists() }}
),

held_out as (select * from {{ ref('int_held_out') }}),

listed as (
    select
        trials.*,
        held_out.product_key is not null as is_hit,
        held_out.amount as hit_revenue,
        -- as large a share of what was paid is kept as of what was expected
        held_out.amount * trials.expected_margin / nullif(trials.expected_revenue, 0) as hit_margin
    from trials
    left join held_out
        on
            trials.fold = held_out.fold
            and trials.customer_key = held_out.customer_key
            and trials.product_key = held_out.product_key
),

lists as (
    select
        setting,
        value,
        fold,
        list_type,
        customer_key,
        {{ exact_sum('case when is_hit then ' ~ gain('rank') ~ ' else 0 end') }} as dcg,
        count(*) as products,
        count(distinct same_title_key) as titles,
        count(distinct category) as categories,
        count(*) filter (where is_new) as new_products,
        count(*) filter (where is_hit) as hits,
        {{ exact_sum('hit_revenue', 32) }} as hit_revenue,
        {{ exact_sum('hit_margin', 32) }} as hit_margin,
        {{ exact_sum('expected_revenue', 32) }} as expected_revenue,
        {{ exact_sum('expected_margin', 32) }} as expected_margin
    from listed
    group by setting, value, fold, list_type, customer_key
),

-- where nobody says what was paid, hits have no revenue
sold as (select count(amount) > 0 as is_priced from held_out),

-- what was tried on the lists of a type
tried as (
    select distinct
        setting,
        value,
        fold,
        list_type
    from listed
),

judged as (
    select
        tried.*,
        judged_lists.customer_key,
        coalesce(lists.dcg, 0) / judged_lists.ideal_dcg as ndcg,
        lists.titles,
        cast(lists.titles < lists.products as integer) as repeats_a_title,
        lists.categories,
        lists.new_products / lists.products as new_share,
        coalesce(lists.hits, 0) as hits,
        case when sold.is_priced then coalesce(lists.hit_revenue, 0) end as hit_revenue,
        -- 0 for lists without hits, where costs are known at all
        case when sold.is_priced and lists.expected_margin is not null then coalesce(lists.hit_margin, 0) end as hit_margin,
        lists.expected_revenue,
        lists.expected_margin
    from judged_lists
    inner join tried on judged_lists.fold = tried.fold and judged_lists.list_type = tried.list_type
    cross join sold
    left join lists
        on
            tried.setting = lists.setting
            and tried.value = lists.value
            and tried.fold = lists.fold
            and tried.list_type = lists.list_type
            and judged_lists.customer_key = lists.customer_key
),

reach as (
    select
        setting,
        value,
        fold,
        list_type,
        count(distinct product_key) as products
    from listed
    group by setting, value, fold, list_type
),

compared as (
    select
        judged.*,
        judged.ndcg - untouched.ndcg as difference,
        judged.hit_revenue - untouched.hit_revenue as hit_revenue_difference
    from judged
    inner join judged as untouched
        on
            judged.fold = untouched.fold
            and judged.list_type = untouched.list_type
            and judged.customer_key = untouched.customer_key
            and untouched.setting = 'none'
),

measured as (
    select
        setting,
        value,
        fold,
        list_type,
        count(*) as customers,
        {{ exact_mean('ndcg') }} as ndcg,
        {{ exact_mean('difference') }} as difference,
        {{ half_width('difference') }} as half_width,
        {{ exact_mean('titles') }} as distinct_titles,
        {{ exact_mean('repeats_a_title') }} as repeated_title_share,
        {{ exact_mean('categories') }} as distinct_categories,
        {{ exact_mean('new_share') }} as new_share,
        {{ exact_mean('hits') }} as hits,
        {{ exact_mean('hit_revenue') }} as hit_revenue,
        {{ exact_mean('hit_revenue_difference') }} as hit_revenue_difference,
        {{ half_width('hit_revenue_difference') }} as hit_revenue_half_width,
        {{ exact_mean('hit_margin') }} as hit_margin,
        {{ exact_mean('expected_revenue') }} as expected_revenue,
        {{ exact_mean('expected_margin') }} as expected_margin
    from compared
    group by setting, value, fold, list_type
)

select
    measured.fold,
    measured.list_type,
    measured.setting,
    measured.value,
    measured.customers,
    round(measured.ndcg, 9) as ndcg,
    round(measured.difference, 9) as ndcg_difference,
    round(measured.difference - measured.half_width, 9) as ci_low,
    round(measured.difference + measured.half_width, 9) as ci_high,
    measured.distinct_titles,
    measured.repeated_title_share,
    measured.distinct_categories,
    measured.new_share,
    reach.products,
    measured.hits,
    round(measured.hit_revenue, 6) as hit_revenue,
    round(measured.hit_revenue_difference, 6) as hit_revenue_difference,
    round(measured.hit_revenue_difference - measured.hit_revenue_half_width, 6) as hit_revenue_ci_low,
    round(measured.hit_revenue_difference + measured.hit_revenue_half_width, 6) as hit_revenue_ci_high,
    round(measured.hit_margin, 6) as hit_margin,
    round(measured.expected_revenue, 6) as expected_revenue,
    round(measured.expected_margin, 6) as expected_margin
from measured
left join reach
    on
        measured.setting = reach.setting
        and measured.value = reach.value
        and measured.fold = reach.fold
        and measured.list_type = reach.list_type
