{# The longest list that is judged; what is served is shorter. #}
{% set longest = 20 %}

with

list_types as (select * from {{ ref('int_list_types') }}),

interactions as (select * from {{ ref('int_interactions') }} where first_at is null),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

-- rated but never bought: not new, and nothing to buy again
only_rated as (
    select
        interactions.fold,
        customers.customer_id,
        products.product_id
    from interactions
    inner join customers on interactions.customer_key = customers.customer_key
    inner join products on interactions.product_key = products.product_key
),

only_rated_counts as (
    select count(*) as products
    from only_rated
    group by fold, customer_id
),

most_only_rated as (select coalesce(max(products), 0) as products from only_rated_counts),

-- the first 20 of any list are among the first 20 new products and, behind those that were only rated,
-- the first 20 bought
candidates as (
    {% for name in ['int_candidates', 'int_profile_candidates', 'int_hybrid_candidates'] %}
    select * from {{ ref(name) }}
    where rank_in_group <= {{ longest }} + (select most_only_rated.products from most_only_rated)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    select
        candidates.fold,
        candidates.recommender,
        list_types.list_type,
        candidates.customer_id,
        candidates.product_id,
        candidates.score,
        row_number() over (
            partition by candidates.fold, candidates.recommender, list_types.list_type, candidates.customer_id
            order by candidates.score desc, candidates.tie_order asc
        ) as rank
    from candidates
    inner join list_types
        on (candidates.is_new and list_types.takes_new) or (not candidates.is_new and list_types.takes_bought)
    left join only_rated
        on
            candidates.fold = only_rated.fold
            and candidates.customer_id = only_rated.customer_id
            and candidates.product_id = only_rated.product_id
    where list_types.takes_new or only_rated.product_id is null
),

lists as (select * from ranked where rank <= {{ longest }})

select * from lists
