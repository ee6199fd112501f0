with

pairs as (select * from {{ ref('int_candidate_pairs') }}),

customer_stores as (select * from {{ ref('int_customer_stores') }}),

store_promotions as (select * from {{ ref('int_store_promotions') }}),

covered as (
    select distinct
        fold,
        store_key
    from store_promotions
),

own_stores as (
    select
        customer_stores.fold,
        customer_stores.customer_key,
        customer_stores.store_key,
        customer_stores.store_share / sum(customer_stores.store_share) over (
            partition by customer_stores.fold, customer_stores.customer_key
        ) as store_share
    from customer_stores
    semi join covered
        on customer_stores.fold = covered.fold and customer_stores.store_key = covered.store_key
),

-- whose stores aren't known, or have no promotions, goes by the mean of all stores
stores as (
    select * from own_stores
    union all
    select distinct
        pairs.fold,
        pairs.customer_key,
        0 as store_key,
        1 as store_share
    from pairs
    anti join own_stores on pairs.fold = own_stores.fold and pairs.customer_key = own_stores.customer_key
)

select
    pairs.fold,
    pairs.customer_key,
    pairs.product_key,
    {% for name, kind, first, last in promotion_windows() %}
    cast({{ exact_sum('stores.store_share * store_promotions.' ~ name) }} as float) as {{ name }},
    {% endfor %}
    max(store_promotions.promoted_discount) as promoted_discount
from pairs
inner join stores on pairs.fold = stores.fold and pairs.customer_key = stores.customer_key
inner join store_promotions
    on
        pairs.fold = store_promotions.fold
        and stores.store_key = store_promotions.store_key
        and pairs.product_key = store_promotions.product_key
group by pairs.fold, pairs.customer_key, pairs.product_key
