-- the places that popularity would have given to what was bought: among new products, among those that the
-- customer had bought before, or among all

with

list_purchases as (select * from {{ ref('int_list_purchases') }}),

list_types as (select * from {{ ref('int_list_types') }}),

popular as (select * from {{ ref('int_popular_at_runs') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

-- a returned product isn't new to the customer either
had as (
    select
        customers.customer_id,
        products.product_id,
        min(events.occurred_at) as first_at
    from {{ ref('int_events') }} as events
    inner join customers on events.customer_key = customers.customer_key
    inner join products on events.product_key = products.product_key
    where customers.customer_id in (select list_purchases.customer_id from list_purchases)
    group by customers.customer_id, products.product_id
),

wanted as (
    select distinct
        list_purchases.run_id,
        list_purchases.served_from,
        list_purchases.customer_id,
        list_purchases.product_id,
        popular.popularity_rank
    from list_purchases
    inner join popular
        on list_purchases.run_id = popular.run_id and list_purchases.product_id = popular.product_id
),

buying as (
    select distinct
        run_id,
        served_from,
        customer_id
    from wanted
),

popular_had as (
    select
        buying.run_id,
        buying.customer_id,
        popular.product_id,
        popular.popularity_rank
    from buying
    inner join had on buying.customer_id = had.customer_id and buying.served_from > had.first_at
    inner join popular on buying.run_id = popular.run_id and had.product_id = popular.product_id
),

counted as (
    select
        wanted.run_id,
        wanted.customer_id,
        wanted.product_id,
        wanted.popularity_rank,
        count(popular_had.product_id) filter (where popular_had.popularity_rank < wanted.popularity_rank) as had_before,
        coalesce(bool_or(popular_had.product_id = wanted.product_id), false) as is_had
    from wanted
    left join popular_had on wanted.run_id = popular_had.run_id and wanted.customer_id = popular_had.customer_id
    group by wanted.run_id, wanted.customer_id, wanted.product_id, wanted.popularity_rank
)

select
    counted.run_id,
    list_types.list_type,
    counted.customer_id,
    counted.product_id,
    case
        when list_types.takes_new and list_types.takes_bought then counted.popularity_rank
        when counted.is_had then counted.had_before + 1
        else counted.popularity_rank - counted.had_before
    end as popular_place
from counted
inner join list_types on (counted.is_had and list_types.takes_bought) or (not counted.is_had and list_types.takes_new)
