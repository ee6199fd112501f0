-- Every candidate of the lists of audited customers, what left it out, and what stands in its place.
with

audited_customers as (select * from {{ ref('int_audited_customers') }}),

reranked_candidates as (select * from {{ ref('int_reranked_candidates') }} where fold = 'serving'),

champion_ranking as (select * from {{ ref('int_champion_ranking') }} where fold = 'serving'),

unsold_candidates as (select * from {{ ref('int_unsold_candidates') }} where fold = 'serving'),

list_types as (select * from {{ ref('int_list_types') }}),

served_lists as (select * from {{ ref('int_served_lists') }}),

-- a rule that drops a candidate wins over the steps of re-ranking
dropped_by_rules as (
    select
        list_type,
        customer_key,
        product_key,
        concat('rule ', min(rule)) as dropped_by
    from {{ ref('int_rule_outcomes') }}
    where fold = 'serving' and outcome = 'dropped'
    group by list_type, customer_key, product_key
),

-- a rule that pins a product or reserves places takes them from others
taken_by_rules as (
    select
        list_type,
        customer_key,
        concat('rule ', min(rule)) as taken_by
    from {{ ref('int_rule_outcomes') }}
    where fold = 'serving' and outcome = 'placed'
    group by list_type, customer_key
),

settings as (select * from {{ ref('stg_settings') }}),

variants as (select * from {{ ref('int_product_variants') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

candidates as (
    select
        reranked_candidates.* exclude (dropped_by),
        coalesce(dropped_by_rules.dropped_by, reranked_candidates.dropped_by) as dropped_by
    from reranked_candidates
    left join dropped_by_rules
        on
            reranked_candidates.list_type = dropped_by_rules.list_type
            and reranked_candidates.customer_key = dropped_by_rules.customer_key
            and reranked_candidates.product_key = dropped_by_rules.product_key
    semi join audited_customers on reranked_candidates.customer_key = audited_customers.customer_key
    union all by name
    -- what a rule drops before the candidates of a list are chosen
    select
        champion_ranking.list_type,
        champion_ranking.customer_key,
        champion_ranking.product_key,
        champion_ranking.recommender,
        champion_ranking.score,
        champion_ranking.is_new,
        dropped_by_rules.dropped_by
    from champion_ranking
    inner join dropped_by_rules
        on
            champion_ranking.list_type = dropped_by_rules.list_type
            and champion_ranking.customer_key = dropped_by_rules.customer_key
            and champion_ranking.product_key = dropped_by_rules.product_key
    semi join audited_customers on champion_ranking.customer_key = audited_customers.customer_key
    anti join reranked_candidates
        on
            champion_ranking.list_type = reranked_candidates.list_type
            and champion_ranking.customer_key = reranked_candidates.customer_key
            and champion_ranking.product_key = reranked_candidates.product_key
    union all by name
    -- what recommenders propose and the customer's stores don't sell
    select
        list_types.list_type,
        unsold_candidates.customer_key,
        unsold_candidates.product_key,
        unsold_candidates.recommender,
        unsold_candidates.score,
        unsold_candidates.is_new,
        'not_sold_at_stores' as dropped_by
    from unsold_candidates
    inner join list_types
        on
            (unsold_candidates.is_new and list_types.takes_new)
            or (not unsold_candidates.is_new and list_types.takes_bought)
    semi join audited_customers on unsold_candidates.customer_key = audited_customers.customer_key
    where unsold_candidates.rank_in_group <= {{ candidates_per_list() }}
),

served as (
    select
        served_lists.list_type,
        customers.customer_key,
        products.product_key,
        served_lists.rank,
        served_lists.recommender,
        served_lists.score,
        variants.variant_key
    from served_lists
    inner join customers on served_lists.customer_id = customers.customer_id
    inner join products on served_lists.product_id = products.product_id
    inner join variants on products.product_key = variants.product_key
    semi join audited_customers on customers.customer_key = audited_customers.customer_key
),

-- products without any sale are served and no candidates
audited as (
    select
        coalesce(candidates.list_type, served.list_type) as list_type,
        coalesce(candidates.customer_key, served.customer_key) as customer_key,
        coalesce(candidates.product_key, served.product_key) as product_key,
        candidates.candidate_rank,
        served.rank,
        coalesce(served.recommender, candidates.recommender) as recommender,
        coalesce(served.score, candidates.score) as score,
        coalesce(candidates.is_new, true) as is_new,
        candidates.variant_key,
        case
            when served.rank is null
                then coalesce(candidates.dropped_by, taken_by_rules.taken_by, 'recommend_new_products')
        end as dropped_by
    from candidates
    full outer join served
        on
            candidates.list_type = served.list_type
            and candidates.customer_key = served.customer_key
            and candidates.product_key = served.product_key
    left join taken_by_rules
        on
            candidates.list_type = taken_by_rules.list_type
            and candidates.customer_key = taken_by_rules.customer_key
),

list_ends as (
    select
        list_type,
        customer_key,
        max(rank) as last_rank
    from served
    group by list_type, customer_key
),

-- the variant that took its place, else what stands there, or at the end of a full list
places as (
    select
        audited.*,
        coalesce(listed_variants.product_key, in_place.product_key) as in_its_place_key
    from audited
    cross join settings
    left join list_ends
        on audited.list_type = list_ends.list_type and audited.customer_key = list_ends.customer_key
    left join served as listed_variants
        on
            audited.dropped_by = 'variants'
            and audited.list_type = listed_variants.list_type
            and audited.customer_key = listed_variants.customer_key
            and audited.variant_key = listed_variants.variant_key
    left join served as in_place
        on
            audited.dropped_by is not null
            and audited.list_type = in_place.list_type
            and audited.customer_key = in_place.customer_key
            and least(audited.candidate_rank, list_ends.last_rank) = in_place.rank
            and (audited.candidate_rank <= list_ends.last_rank or settings.list_length <= list_ends.last_rank)
    qualify
        row_number() over (
            partition by audited.list_type, audited.customer_key, audited.product_key order by listed_variants.rank
        ) = 1
)

select * exclude (variant_key) from places
