with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

-- as the settings in force re-rank them
reranked_lists as (select * from {{ ref('int_reranking_trials') }} where setting = 'current'),

ranked_lists as (select * from {{ ref('int_ranked_lists') }} where list_type = 'next_basket'),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

fold_products as (select * from {{ ref('int_fold_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

served as (
    select
        reranked_lists.fold,
        reranked_lists.list_type as basket,
        reranked_lists.customer_key,
        reranked_lists.rank,
        reranked_lists.product_key
    from reranked_lists
    inner join folds on reranked_lists.fold = folds.fold
    where reranked_lists.list_type in ('next_basket', 'buy_again')
),

-- what any product that is new to the customer would have to beat
simple as (
    select
        ranked_lists.fold,
        case ranked_lists.recommender when 'buy_again' then 'habit' else 'popularity' end as basket,
        fold_customers.customer_key,
        ranked_lists.rank,
        fold_products.product_key
    from ranked_lists
    inner join folds on ranked_lists.fold = folds.fold
    inner join fold_customers
        on ranked_lists.fold = fold_customers.fold and ranked_lists.customer_id = fold_customers.customer_id
    inner join fold_products
        on ranked_lists.fold = fold_products.fold and ranked_lists.product_id = fold_products.product_id
    cross join settings
    where ranked_lists.recommender in ('buy_again', 'popularity') and ranked_lists.rank <= settings.list_length
)

select * from served
union all
select * from simple
