{# Settings of re-ranking that are tried on the judged folds, each with the others as they are. #}
{% set tried = {
    'variants': ["'off'", "'same_title'", "'sizes'"],
    'diversity': [0, 0.05, 0.1, 0.2, 0.3, 0.5],
    'max_per_category': [3, 2, 1],
    'explore_share': [0.1, 0.3],
    'objective': ["'probability'", "'revenue'", "'margin'"],
} %}
{% set names = ['variants', 'diversity', 'max_per_category', 'max_per_brand', 'explore_share', 'objective'] %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

champion_candidates as (
    select candidates.*
    from {{ ref('int_champion_candidates') }} as candidates
    semi join folds on candidates.fold = folds.fold
),

products as (select * from {{ ref('int_products') }}),

product_variants as (select * from {{ ref('int_product_variants') }}),

scores as (select * from {{ ref('int_hybrid_scores') }}),

prices as (select * from {{ ref('int_fold_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- an objective of which nothing is known isn't tried
known as (
    select
        count(prices.price) > 0 as has_revenue,
        count({{ unit_margin('prices.price', 'products') }}) > 0 as has_margin
    from prices
    inner join products on prices.product_key = products.product_key
),

objectives as (
    select 'probability' as objective
    union all
    select 'revenue' as objective
    from known
    where has_revenue
    union all
    select 'margin' as objective
    from known
    where has_margin
),

options as (
    select
        'none' as setting,
        '' as value,
        'off' as variants,
        0 as diversity,
        0 as max_per_category,
        0 as max_per_brand,
        0 as explore_share,
        'probability' as objective,
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
        {% for name in names %}
        {{ value ~ ' as ' ~ name if name == setting else name }},
        {% endfor %}
        list_length
    from settings
    {% endfor %}
    {% endfor %}
),

valued as (
    {{ valued_candidates('objectives') }}
),

-- settings that say the same are one trial: some of those that are tried are those in force
numbered as (
    select
        *,
        dense_rank() over (order by {{ names | join(', ') }}) as trial
    from options
),

trials as (
    select
        trial,
        {{ names | join(', ') }},
        list_length,
        -- only `discover` explores
        bool_and(setting = 'explore_share') as is_of_discover
    from numbered
    group by all
),

-- each candidate is described once, not in each trial
described as (
    select
        valued.*,
        {{ described_candidate('valued', 'products') }},
        product_variants.same_title_key,
        product_variants.same_but_size_key
    from valued
    inner join products on valued.product_key = products.product_key
    inner join product_variants on valued.product_key = product_variants.product_key
),

candidates as (
    select
        trials.trial,
        described.*,
        {{ variant_key('trials.variants', 'described') }} as variant_key,
        trials.diversity,
        trials.max_per_category,
        trials.max_per_brand,
        {{ explored_places('trials', 'described') }},
        trials.list_length
    from described
    inner join trials
        on
            described.objective = trials.objective
            and (not trials.is_of_discover or described.list_type = 'discover')
),

{{ reranked('trial, fold, list_type, customer_key') }}

select
    numbered.setting,
    numbered.value,
    reranked.fold,
    reranked.list_type,
    reranked.customer_key,
    reranked.place as rank,
    reranked.product_key,
    reranked.same_title_key,
    reranked.category,
    reranked.is_new,
    reranked.expected_revenue,
    reranked.expected_margin
from reranked
inner join numbered
    on
        reranked.trial = numbered.trial
        and (numbered.setting <> 'explore_share' or reranked.list_type = 'discover')
where reranked.place <= reranked.list_length
