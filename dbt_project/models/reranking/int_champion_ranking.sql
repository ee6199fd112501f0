with

listed_customers as (select * from {{ ref('int_listed_customers') }}),

cold_customers as (select * from {{ ref('int_cold_customers') }}),

arm_recommenders as (select * from {{ ref('int_arm_recommenders') }}),

list_types as (select * from {{ ref('int_list_types') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }}),

only_rated as (
    select
        fold,
        customer_key,
        product_key
    from interactions
    where first_at is null
),

-- without a past fold profiles can't be learned from; popularity fills these lists
profiled as (
    select distinct
        cold_customers.fold,
        cold_customers.customer_key
    from cold_customers
    inner join {{ ref('int_profile_candidates') }} as proposed
        on cold_customers.fold = proposed.fold and cold_customers.customer_key = proposed.customer_key
    where cold_customers.has_profile
),

-- customers with a profile and no history get lists of `profile`, whichever recommender serves their arm
candidates as (
    {% for name in ['int_candidates', 'int_profile_candidates', 'int_hybrid_candidates'] %}
    select ranked.*
    from {{ ref(name) }} as ranked
    where
        ranked.recommender in (select arm_recommenders.recommender from arm_recommenders)
        or ranked.recommender = 'profile'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    {{ ranked_in_lists() }}
),

of_champions as (
    select ranked.*
    from ranked
    inner join listed_customers
        on ranked.fold = listed_customers.fold and ranked.customer_key = listed_customers.customer_key
    inner join arm_recommenders
        on ranked.list_type = arm_recommenders.list_type and listed_customers.arm = arm_recommenders.arm
    left join profiled on ranked.fold = profiled.fold and ranked.customer_key = profiled.customer_key
    where
        ranked.recommender
        = case when profiled.customer_key is null then arm_recommenders.recommender else 'profile' end
)

select * from of_champions
