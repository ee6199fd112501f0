with

pairs as (select * from {{ ref('int_candidate_pairs') }}),

customer_stores as (select * from {{ ref('int_customer_stores') }}),

store_buyers as (select * from {{ ref('int_store_buyers') }}),

own_stores as (
    select
        fold,
        customer_key,
        store_key,
        store_share / sum(store_share) over (partition by fold, customer_key) as store_share
    from customer_stores
)

-- what nobody bought at a store has no row there: nobody's share is 0
select
    pairs.fold,
    pairs.customer_key,
    pairs.product_key,
    {% for name in ['share_half_window', 'share_popularity_window', 'share_three_windows'] %}
    cast({{ exact_sum('own_stores.store_share * coalesce(store_buyers.' ~ name ~ ', 0)') }} as float) as {{ name }},
    {% endfor %}
    min(store_buyers.days_since_last) as days_since_last
from pairs
inner join own_stores on pairs.fold = own_stores.fold and pairs.customer_key = own_stores.customer_key
left join store_buyers
    on
        pairs.fold = store_buyers.fold
        and own_stores.store_key = store_buyers.store_key
        and pairs.product_key = store_buyers.product_key
group by pairs.fold, pairs.customer_key, pairs.product_key
