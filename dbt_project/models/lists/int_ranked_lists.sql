{# The longest list that is judged; what is served is shorter. #}
{% set longest = 20 %}

with

list_types as (select * from {{ ref('int_list_types') }}),

folds as (select * from {{ ref('int_folds') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

interactions as (select * from {{ ref('int_interactions') }} where first_at is null),

customers as (select * from {{ ref('int_customers') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

-- rated but never bought: not new, and nothing to buy again
only_rated as (
    select
        fold,
        customer_key,
        product_key
    from interactions
),

only_rated_counts as (
    select count(*) as products
    from only_rated
    group by fold, customer_key
),

most_only_rated as (select coalesce(max(products), 0) as products from only_rated_counts),

-- lists that nobody asks for: those of folds that only train, and of customers with nothing to find
not_judged as (
    select
        fold_customers.fold,
        fold_customers.customer_key
    from fold_customers
    inner join folds on fold_customers.fold = folds.fold
    where folds.purpose = 'train' or not fold_customers.has_hits
),

-- the first 20 of any list are among the first 20 new products and, behind those that were only rated,
-- the first 20 bought
candidates as (
    {% for name in ['int_candidates', 'int_profile_candidates', 'int_hybrid_candidates'] %}
    select ranked.*
    from {{ ref(name) }} as ranked
    anti join not_judged on ranked.fold = not_judged.fold and ranked.customer_key = not_judged.customer_key
    where ranked.rank_in_group <= {{ longest }} + (select most_only_rated.products from most_only_rated)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    {{ ranked_in_lists() }}
),

lists as (
    select
        ranked.fold,
        ranked.recommender,
        ranked.list_type,
        customers.customer_id,
        ranked.product_id,
        -- ranked by all decimals; those beyond the seventh would take most of the table's room
        round(ranked.score, 7) as score,
        ranked.rank
    from ranked
    inner join customers on ranked.customer_key = customers.customer_key
    where ranked.rank <= {{ longest }}
)

select * from lists
