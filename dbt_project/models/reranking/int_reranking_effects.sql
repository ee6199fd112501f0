{# Settings of re-ranking that are tried on the judged folds, each with the others as they are. #}
{% set tried = {
    'variants': ["'off'", "'same_title'", "'sizes'"],
    'diversity': [0, 0.05, 0.1, 0.2, 0.3, 0.5],
    'max_per_category': [0, 3, 2, 1],
    'explore_share': [0, 0.1, 0.2, 0.3],
} %}
{% set names = ['variants', 'diversity', 'max_per_category', 'max_per_brand', 'explore_share'] %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

champion_candidates as (select * from {{ ref('int_champion_candidates') }}),

judged_lists as (select * from {{ ref('int_judged_lists') }} where has_history),

champions as (select * from {{ ref('int_champions') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

variants as (select * from {{ ref('int_product_variants') }}),

held_out as (select * from {{ ref('int_held_out') }}),

settings as (select * from {{ ref('stg_settings') }}),

options as (
    select
        'none' as setting,
        '' as value,
        'off' as variants,
        0 as diversity,
        0 as max_per_category,
        0 as max_per_brand,
        0 as explore_share,
        list_length
    from settings
    union all
    select
        'current' as setting,
        '' as value,
        {{ names | join(', ') }},
        list_length
    from settings
    {% for setting, values in tried.items() %}
    {% for value in values %}
    union all
    select
        '{{ setting }}' as setting,
        cast({{ value }} as varchar) as value,
        {% for name in names %}{{ value ~ ' as ' ~ name if name == setting else name }}, {% endfor %}
        list_length
    from settings
    {% endfor %}
    {% endfor %}
),

candidates as (
    select
        options.setting,
        options.value,
        champion_candidates.*,
        {{ variant_key('options.variants', 'variants') }} as variant_key,
        {{ described_candidate('champion_candidates', 'products') }},
        variants.same_title_key,
        options.diversity,
        options.max_per_category,
        options.max_per_brand,
        {{ explored_places('options.explore_share', 'options.list_length', 'champion_candidates') }} as explored_places,
        options.list_length
    from champion_candidates
    inner join folds on champion_candidates.fold = folds.fold
    inner join products on champion_candidates.product_key = products.product_key
    inner join variants on champion_candidates.product_key = variants.product_key
    cross join options
),

{{ reranked('setting, value, fold, list_type, customer_key') }},

listed as (
    select
        reranked.*,
        held_out.product_key is not null as is_hit
    from reranked
    left join held_out
        on
            reranked.fold = held_out.fold
            and reranked.customer_key = held_out.customer_key
            and reranked.product_key = held_out.product_key
    where reranked.place <= reranked.list_length
),

ideals as ({{ ideal_gains(20) }}),

lists as (
    select
        setting,
        value,
        fold,
        list_type,
        customer_key,
        {{ exact_sum('case when is_hit then ' ~ gain('place') ~ ' else 0 end') }} as dcg,
        count(*) as products,
        count(distinct same_title_key) as titles,
        count(distinct category) as categories,
        count(*) filter (where is_new) as new_products
    from listed
    group by setting, value, fold, list_type, customer_key
),

judged as (
    select
        options.setting,
        options.value,
        judged_lists.fold,
        judged_lists.list_type,
        customers.customer_key,
        coalesce(lists.dcg, 0) / ideals.ideal_dcg as ndcg,
        lists.products,
        lists.titles,
        lists.categories,
        lists.new_products
    from judged_lists
    inner join champions
        on judged_lists.list_type = champions.list_type and judged_lists.recommender = champions.recommender
    inner join customers on judged_lists.customer_id = customers.customer_id
    cross join options
    inner join ideals on least(options.list_length, judged_lists.relevant) = ideals.n
    left join lists
        on
            options.setting = lists.setting
            and options.value = lists.value
            and judged_lists.fold = lists.fold
            and judged_lists.list_type = lists.list_type
            and customers.customer_key = lists.customer_key
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

measured as (
    select
        judged.setting,
        judged.value,
        judged.fold,
        judged.list_type,
        count(*) as customers,
        {{ exact_mean('judged.ndcg') }} as ndcg,
        {{ exact_mean('judged.ndcg - plain.ndcg') }} as ndcg_difference,
        stddev_samp(judged.ndcg - plain.ndcg) / sqrt(count(*)) as standard_error,
        {{ exact_mean('judged.titles') }} as distinct_titles,
        {{ exact_mean('cast(judged.titles < judged.products as integer)') }} as repeated_title_share,
        {{ exact_mean('judged.categories') }} as distinct_categories,
        {{ exact_mean('judged.new_products / judged.products') }} as new_share
    from judged
    inner join judged as plain
        on
            judged.fold = plain.fold
            and judged.list_type = plain.list_type
            and judged.customer_key = plain.customer_key
            and plain.setting = 'none'
    group by judged.setting, judged.value, judged.fold, judged.list_type
)

select
    measured.fold,
    measured.list_type,
    measured.setting,
    measured.value,
    measured.customers,
    round(measured.ndcg, 9) as ndcg,
    round(measured.ndcg_difference, 9) as ndcg_difference,
    round(measured.ndcg_difference - 1.96 * measured.standard_error, 9) as ci_low,
    round(measured.ndcg_difference + 1.96 * measured.standard_error, 9) as ci_high,
    measured.distinct_titles,
    measured.repeated_title_share,
    measured.distinct_categories,
    measured.new_share,
    reach.products
from measured
left join reach
    on
        measured.setting = reach.setting
        and measured.value = reach.value
        and measured.fold = reach.fold
        and measured.list_type = reach.list_type
