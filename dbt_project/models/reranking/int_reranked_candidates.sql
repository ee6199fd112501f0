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
    {{ candidates_to_rerank() }}
),

{{ reranked('fold, list_type, customer_key') }},

compared as (
    select
        in_categories.*,
        reranked.order_of_scores,
        reranked.place,
        in_categories.max_per_category > 0 and in_categories.place_in_category > in_categories.max_per_category
            as is_over_category
    from in_categories
    left join reranked
        on
            in_categories.fold = reranked.fold
            and in_categories.list_type = reranked.list_type
            and in_categories.customer_key = reranked.customer_key
            and in_categories.product_key = reranked.product_key
),

-- whether a candidate is among the first ones after each step
steps as (
    select
        *,
        rank <= list_length as is_in_by_score,
        count(*) over in_variants <= list_length as is_in_after_variants,
        not is_over_category and count(*) filter (where not is_over_category) over in_variants <= list_length
            as is_in_after_categories,
        place is not null and count(place) over in_variants <= list_length as is_in_after_brands,
        coalesce(order_of_scores <= list_length, false) as is_in_after_diversity,
        coalesce(place <= list_length, false) as is_in
    from compared
    window in_variants as (partition by fold, list_type, customer_key order by is_repeat, rank rows unbounded preceding)
)

select
    fold,
    list_type,
    customer_key,
    product_key,
    recommender,
    score,
    is_new,
    variant_key,
    rank as candidate_rank,
    place,
    -- the setting whose step took it out last
    case
        when is_in then null
        when is_in_after_diversity then 'explore_share'
        when is_in_after_brands then 'diversity'
        when is_in_after_categories then 'max_per_brand'
        when is_in_after_variants then 'max_per_category'
        when is_in_by_score then 'variants'
        else 'list_length'
    end as dropped_by
from steps
