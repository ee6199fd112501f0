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

candidates as (
    select
        options.setting,
        options.value,
        valued.*,
        {{ variant_key('options.variants', 'product_variants') }} as variant_key,
        {{ described_candidate('valued', 'products') }},
        product_variants.same_title_key,
        options.diversity,
        options.max_per_category,
        options.max_per_brand,
        {{ explored_places('options', 'valued') }},
        options.list_length
    from valued
    inner join products on valued.product_key = products.product_key
    inner join product_variants on valued.product_key = product_variants.product_key
    -- only `discover` explores
    inner join options
        on
            valued.objective = options.objective
            and (options.setting <> 'explore_share' or valued.list_type = 'discover')
),

{{ reranked('setting, value, fold, list_type, customer_key') }}

select
    setting,
    value,
    fold,
    list_type,
    customer_key,
    place as rank,
    product_key,
    same_title_key,
    category,
    is_new,
    expected_revenue,
    expected_margin
from reranked
where place <= list_length
