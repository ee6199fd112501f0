with

champion_candidates as (select * from {{ ref('int_champion_candidates') }} where fold = 'serving'),

products as (select * from {{ ref('int_products') }}),

variants as (select * from {{ ref('int_product_variants') }}),

scores as (select * from {{ ref('int_hybrid_scores') }}),

prices as (select * from {{ ref('int_fold_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

valued as (
    {{ valued_candidates('settings') }}
),

candidates as (
    select
        valued.*,
        variants.variant_key,
        {{ described_candidate('valued', 'products') }},
        settings.diversity,
        settings.max_per_category,
        settings.max_per_brand,
        {{ explored_places('settings', 'valued') }},
        settings.list_length
    from valued
    inner join products on valued.product_key = products.product_key
    inner join variants on valued.product_key = variants.product_key
    cross join settings
),

{{ reranked('fold, list_type, customer_key') }}

select
    fold,
    list_type,
    customer_key,
    place,
    product_key,
    score,
    recommender
from reranked
