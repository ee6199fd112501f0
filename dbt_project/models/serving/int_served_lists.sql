with

reranked_lists as (select * from {{ ref('int_reranked_lists') }} where fold = 'serving'),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

new_products as (select * from {{ ref('int_new_product_lists') }} where fold = 'serving'),

list_types as (select * from {{ ref('int_list_types') }} where takes_new),

settings as (select * from {{ ref('stg_settings') }}),

champion_lists as (
    select
        customers.customer_id,
        reranked_lists.list_type,
        reranked_lists.rank,
        products.product_id,
        reranked_lists.score,
        reranked_lists.recommender
    from reranked_lists
    inner join customers on reranked_lists.customer_key = customers.customer_key
    inner join products on reranked_lists.product_key = products.product_key
),

-- new products take the last places, as many as the setting says
newcomers as (
    select
        new_products.customer_id,
        list_types.list_type,
        new_products.rank,
        new_products.product_id,
        new_products.score
    from new_products
    cross join list_types
    cross join settings
    where new_products.rank <= least(settings.recommend_new_products, settings.list_length)
),

newcomer_counts as (
    select
        customer_id,
        list_type,
        count(*) as products
    from newcomers
    group by customer_id, list_type
),

kept as (
    select champion_lists.*
    from champion_lists
    cross join settings
    left join newcomer_counts
        on
            champion_lists.customer_id = newcomer_counts.customer_id
            and champion_lists.list_type = newcomer_counts.list_type
    where champion_lists.rank <= settings.list_length - coalesce(newcomer_counts.products, 0)
),

kept_counts as (
    select
        customer_id,
        list_type,
        count(*) as products
    from kept
    group by customer_id, list_type
),

added as (
    select
        newcomers.customer_id,
        newcomers.list_type,
        coalesce(kept_counts.products, 0) + newcomers.rank as rank,
        newcomers.product_id,
        newcomers.score,
        'content' as recommender
    from newcomers
    left join kept_counts
        on newcomers.customer_id = kept_counts.customer_id and newcomers.list_type = kept_counts.list_type
),

served as (
    select * from kept
    union all
    select * from added
)

select * from served
