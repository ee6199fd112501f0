-- Every candidate of the lists of a block's audited customers, with what made its probability and its place.
with

audited as (select * from {{ ref('int_audited_candidates') }}),

scores as (select * from {{ ref('int_hybrid_scores') }} where fold = 'serving'),

contributions as (select * from {{ ref('int_audited_contributions') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

proposals as (
    {% for name in ['int_candidates', 'int_profile_candidates', 'int_hybrid_candidates'] %}
    select
        customer_key,
        product_key,
        recommender,
        rank_in_group
    from {{ ref(name) }}
    where fold = 'serving'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranks as (
    select
        proposals.customer_key,
        proposals.product_key,
        string_agg(
            concat(proposals.recommender, ' ', proposals.rank_in_group), ', '
            order by proposals.rank_in_group, proposals.recommender
        ) as recommender_ranks
    from proposals
    semi join audited
        on proposals.customer_key = audited.customer_key and proposals.product_key = audited.product_key
    group by proposals.customer_key, proposals.product_key
)

select
    customers.customer_id,
    audited.list_type,
    products.product_id,
    cast(audited.candidate_rank as integer) as candidate_rank,
    cast(audited.rank as integer) as rank,
    audited.recommender,
    audited.score,
    scores.probability,
    audited.is_new,
    ranks.recommender_ranks,
    contributions.moved_by,
    audited.dropped_by,
    in_place.product_id as in_its_place_id
from audited
inner join customers on audited.customer_key = customers.customer_key
inner join products on audited.product_key = products.product_key
left join products as in_place on audited.in_its_place_key = in_place.product_key
left join scores on audited.customer_key = scores.customer_key and audited.product_key = scores.product_key
left join ranks on audited.customer_key = ranks.customer_key and audited.product_key = ranks.product_key
left join contributions
    on audited.customer_key = contributions.customer_key and audited.product_key = contributions.product_key
