-- How far each product came in the lists of a block's customers. All blocks together say how far it came today.
with

candidates as (select * from {{ ref('int_candidates') }} where fold = 'serving'),

profile_candidates as (select * from {{ ref('int_profile_candidates') }} where fold = 'serving'),

pairs as (select * from {{ ref('int_candidate_pairs') }} where fold = 'serving'),

scores as (select * from {{ ref('int_hybrid_scores') }} where fold = 'serving'),

unsold_candidates as (select * from {{ ref('int_unsold_candidates') }} where fold = 'serving'),

reranked_candidates as (select * from {{ ref('int_reranked_candidates') }} where fold = 'serving'),

served as (select * from {{ ref('int_served_lists') }}),

products as (select * from {{ ref('int_products') }}),

-- a rule keeps it from some customer's list
dropped_by_rules as (
    select
        product_key,
        min(rule) as rule
    from {{ ref('int_rule_outcomes') }}
    where fold = 'serving' and outcome = 'dropped'
    group by product_key
),

proposed as (
    select product_key from candidates
    union
    select product_key from profile_candidates
    union
    select product_key from unsold_candidates
    union
    select product_key from reranked_candidates
),

weighed as (
    select
        product_key,
        count(*) as customers
    from pairs
    group by product_key
),

likeliest as (
    select
        product_key,
        max(probability) as probability
    from scores
    group by product_key
),

taken_by_rules as (
    select
        list_type,
        customer_key,
        concat('the rule ', min(rule)) as taken_by
    from {{ ref('int_rule_outcomes') }}
    where fold = 'serving' and outcome = 'placed'
    group by list_type, customer_key
),

-- what is re-ranked into a list and isn't served gave way to a rule, or to a product without any sale
closest as (
    select
        reranked_candidates.product_key,
        min(struct_pack(
            rank := cast(reranked_candidates.candidate_rank as integer),
            list_type := reranked_candidates.list_type,
            dropped_by := coalesce(
                reranked_candidates.dropped_by, taken_by_rules.taken_by, 'recommend_new_products'
            )
        )) as closest
    from reranked_candidates
    left join taken_by_rules
        on
            reranked_candidates.list_type = taken_by_rules.list_type
            and reranked_candidates.customer_key = taken_by_rules.customer_key
    group by reranked_candidates.product_key
),

-- a product with a candidate_rank came closer than one without
unsold as (
    select
        product_key,
        struct_pack(
            rank := cast(null as integer),
            list_type := cast(null as varchar),
            dropped_by := 'not_sold_at_stores'
        ) as closest
    from unsold_candidates
    group by product_key
),

listed as (
    select
        products.product_key,
        count(distinct served.customer_id) as customers
    from served
    inner join products on served.product_id = products.product_id
    group by products.product_key
)

select
    products.product_key,
    proposed.product_key is not null as is_proposed,
    coalesce(weighed.customers, 0) as candidate_customers,
    likeliest.probability as best_probability,
    coalesce(closest.closest, unsold.closest) as closest,
    dropped_by_rules.rule as dropped_by_rule,
    coalesce(listed.customers, 0) as listed_customers
from products
left join proposed on products.product_key = proposed.product_key
left join weighed on products.product_key = weighed.product_key
left join likeliest on products.product_key = likeliest.product_key
left join closest on products.product_key = closest.product_key
left join unsold on products.product_key = unsold.product_key
left join dropped_by_rules on products.product_key = dropped_by_rules.product_key
left join listed on products.product_key = listed.product_key
where proposed.product_key is not null or listed.product_key is not null
