with

champion_candidates as (select * from {{ ref('int_champion_candidates') }}),

products as (select * from {{ ref('int_products') }}),

variants as (select * from {{ ref('int_product_variants') }}),

settings as (select * from {{ ref('stg_settings') }}),

candidates as (
    select
        champion_candidates.*,
        variants.variant_key,
        {{ described_candidate('champion_candidates', 'products') }},
        settings.diversity,
        settings.max_per_category,
        settings.max_per_brand,
        {{ explored_places('settings', 'champion_candidates') }},
        settings.list_length
    from champion_candidates
    inner join products on champion_candidates.product_key = products.product_key
    inner join variants on champion_candidates.product_key = variants.product_key
    cross join settings
),

{{ reranked('fold, list_type, customer_key') }}

select
    fold,
    list_type,
    customer_key,
    place as rank,
    product_key,
    score,
    recommender
from reranked
where place <= list_length
