with

customers as (select * from {{ ref('int_customers') }}),

champions as (select * from {{ ref('int_champions') }}),

list_types as (select * from {{ ref('int_list_types') }}),

ranked_lists as (select * from {{ ref('int_ranked_lists') }} where fold = 'serving'),

cold_customers as (select * from {{ ref('int_cold_customers') }} where fold = 'serving' and has_profile),

fold_products as (select * from {{ ref('int_fold_products') }} where fold = 'serving' and in_catalogue),

interactions as (select * from {{ ref('int_interactions') }} where fold = 'serving'),

-- without a past fold profiles can't be learned from; popularity fills these lists
profiled as (
    select distinct cold_customers.customer_id
    from cold_customers
    inner join ranked_lists
        on cold_customers.customer_id = ranked_lists.customer_id and ranked_lists.recommender = 'profile'
),

settings as (select * from {{ ref('stg_settings') }}),

-- customers with a profile and no history get lists of `profile`, whichever recommender is champion
champion_lists as (
    select
        ranked_lists.customer_id,
        ranked_lists.list_type,
        ranked_lists.rank,
        ranked_lists.product_id,
        ranked_lists.score,
        ranked_lists.recommender
    from ranked_lists
    inner join champions on ranked_lists.list_type = champions.list_type
    cross join settings
    left join profiled on ranked_lists.customer_id = profiled.customer_id
    where
        ranked_lists.rank <= settings.list_length
        and ranked_lists.recommender
        = case when profiled.customer_id is null then champions.recommender else 'profile' end
),

list_lengths as (
    select
        customers.customer_key,
        customers.customer_id,
        list_types.list_type,
        count(champion_lists.rank) as listed
    from customers
    cross join list_types
    left join champion_lists
        on customers.customer_id = champion_lists.customer_id and list_types.list_type = champion_lists.list_type
    where list_types.takes_new
    group by customers.customer_key, customers.customer_id, list_types.list_type
),

seen_counts as (
    select
        customer_key,
        count(*) as seen
    from interactions
    group by customer_key
),

-- lists that the champion doesn't fill are filled up with popular products
short_lists as (
    select
        list_lengths.*,
        coalesce(seen_counts.seen, 0) as seen
    from list_lengths
    cross join settings
    left join seen_counts on list_lengths.customer_key = seen_counts.customer_key
    where list_lengths.listed < settings.list_length
),

popular as (
    select
        *,
        row_number() over (order by recent_customers desc, tie_order asc) as popularity_rank
    from fold_products
),

additions as (
    select
        short_lists.customer_id,
        short_lists.list_type,
        short_lists.listed + row_number() over (
            partition by short_lists.customer_id, short_lists.list_type order by popular.popularity_rank
        ) as rank,
        popular.product_id,
        cast(popular.recent_customers as double) as score,
        'popularity' as recommender
    from short_lists
    cross join settings
    inner join popular on popular.popularity_rank <= settings.list_length + short_lists.seen + short_lists.listed
    anti join interactions
        on short_lists.customer_key = interactions.customer_key and popular.product_key = interactions.product_key
    anti join champion_lists
        on
            short_lists.customer_id = champion_lists.customer_id
            and short_lists.list_type = champion_lists.list_type
            and popular.product_id = champion_lists.product_id
),

served as (
    select * from champion_lists
    union all
    select additions.*
    from additions
    cross join settings
    where additions.rank <= settings.list_length
)

select * from served
