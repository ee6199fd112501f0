{# Settings of re-ranking that are tried on the judged folds, each with the others as they are. #}
{% set tried = {
    'variants': ["'off'", "'same_title'", "'sizes'"],
    'diversity': [0, 0.05, 0.1, 0.2, 0.3, 0.5],
    'max_per_category': [3, 2, 1],
    'explore_share': [0.1, 0.3],
} %}
{% set names = ['variants', 'diversity', 'max_per_category', 'max_per_brand', 'explore_share'] %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

champion_candidates as (select * from {{ ref('int_champion_candidates') }}),

products as (select * from {{ ref('int_products') }}),

product_variants as (select * from {{ ref('int_product_variants') }}),

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
        {% for name in names %}
        {{ value ~ ' as ' ~ name if name == setting else name }},
        {% endfor %}
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
        {{ variant_key('options.variants', 'product_variants') }} as variant_key,
        {{ described_candidate('champion_candidates', 'products') }},
        product_variants.same_title_key,
        options.diversity,
        options.max_per_category,
        options.max_per_brand,
        {{ explored_places('options', 'champion_candidates') }},
        options.list_length
    from champion_candidates
    inner join folds on champion_candidates.fold = folds.fold
    inner join products on champion_candidates.product_key = products.product_key
    inner join product_variants on champion_candidates.product_key = product_variants.product_key
    -- only `discover` explores
    inner join options on options.setting <> 'explore_share' or champion_candidates.list_type = 'discover'
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
    is_new
from reranked
where place <= list_length
