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

lists as (select * from {{ ref('int_ranked_lists') }}),

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
        lists.fold,
        lists.recommender,
        lists.list_type
    from lists
    inner join folds on lists.fold = folds.fold
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
