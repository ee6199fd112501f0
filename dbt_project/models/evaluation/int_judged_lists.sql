{# All judged lists, including empty ones. A customer without a relevant product isn't judged. #}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

-- customers with a history; those without one are judged in the segment `cold` only
fold_customers as (
    select
        fold,
        customer_id,
        true as has_history
    from {{ ref('int_fold_customers') }}
    union all
    select
        fold,
        customer_id,
        false as has_history
    from {{ ref('int_cold_customers') }}
),

-- not the ranked lists: those of customers who aren't judged aren't kept
candidates as (
    {% for name in ['int_candidates', 'int_profile_candidates', 'int_hybrid_candidates'] %}
    select
        fold,
        recommender,
        is_new
    from {{ ref(name) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

held_out as (select * from {{ ref('int_held_out') }}),

list_types as (select * from {{ ref('int_list_types') }}),

relevant as (
    select
        held_out.fold,
        list_types.list_type,
        held_out.customer_id,
        fold_customers.has_history,
        count(*) as relevant
    from held_out
    inner join folds on held_out.fold = folds.fold
    inner join fold_customers
        on held_out.fold = fold_customers.fold and held_out.customer_id = fold_customers.customer_id
    inner join list_types on {{ is_relevant('held_out', 'list_types') }}
    group by held_out.fold, list_types.list_type, held_out.customer_id, fold_customers.has_history
),

recommenders as (
    select distinct
        candidates.fold,
        candidates.recommender,
        list_types.list_type
    from candidates
    inner join folds on candidates.fold = folds.fold
    inner join list_types
        on (candidates.is_new and list_types.takes_new) or (not candidates.is_new and list_types.takes_bought)
),

judged_lists as (
    select
        relevant.fold,
        recommenders.recommender,
        relevant.list_type,
        relevant.customer_id,
        relevant.has_history,
        relevant.relevant
    from relevant
    inner join recommenders on relevant.fold = recommenders.fold and relevant.list_type = recommenders.list_type
)

select * from judged_lists
