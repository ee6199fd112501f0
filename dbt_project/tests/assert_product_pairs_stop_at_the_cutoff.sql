{# Products of which pairs are recounted: all of a small shop, a sample of a large one. #}
{% set most_products = 500 %}

-- Baskets with both products, those with the one and all there were, recounted before each cut-off
-- for the best pairs of some products: all pairs would take as long as making them.
with

folds as (select * from {{ ref('int_folds') }}),

best_pairs as (select * from {{ ref('int_product_pairs') }} where rank = 1),

products as (select * from {{ ref('int_products') }}),

purchases as (select * from {{ ref('int_purchase_lines') }} where not is_return),

returned_orders as (select * from {{ ref('int_returned_orders') }}),

sampled as (
    select distinct product_key
    from best_pairs
    order by hash(product_key)
    limit {{ most_products }}
),

pairs as (
    select best_pairs.*
    from best_pairs
    inner join sampled on best_pairs.product_key = sampled.product_key
),

listed as (
    select distinct
        least(product_key, other_product_key) as product_key,
        greatest(product_key, other_product_key) as other_product_key
    from pairs
),

recounted_products as (
    select product_key from listed
    union
    select other_product_key as product_key from listed
),

lines as (
    select
        hash(purchases.order_id, purchases.customer_id) as basket,
        products.product_key,
        returned_orders.returned_at,
        min(purchases.purchased_at) as bought_at
    from purchases
    inner join products on purchases.product_id = products.product_id
    inner join recounted_products on products.product_key = recounted_products.product_key
    left join returned_orders
        on
            purchases.order_id = returned_orders.order_id
            and purchases.customer_id = returned_orders.customer_id
            and purchases.product_id = returned_orders.product_id
    group by all
),

baskets as (
    select
        hash(order_id, customer_id) as basket,
        min(purchased_at) as bought_at
    from purchases
    where product_id in (select products.product_id from products)
    group by all
),

all_baskets as (
    select
        folds.fold,
        count(*) as baskets
    from folds
    inner join baskets on folds.cutoff_at > baskets.bought_at
    group by folds.fold
),

product_baskets as (
    select
        folds.fold,
        lines.product_key,
        count(*) as baskets
    from folds
    inner join lines on folds.cutoff_at > lines.bought_at
    where {{ kept_at('lines', 'folds.cutoff_at') }}
    group by folds.fold, lines.product_key
),

-- a basket holds both from when it holds the second, until one of them comes back
together as (
    select
        listed.product_key,
        listed.other_product_key,
        greatest(one.bought_at, other.bought_at) as bought_at,
        least(one.returned_at, other.returned_at) as returned_at
    from listed
    inner join lines as one on listed.product_key = one.product_key
    inner join lines as other
        on listed.other_product_key = other.product_key and one.basket = other.basket
),

recounted as (
    select
        folds.fold,
        together.product_key,
        together.other_product_key,
        count(*) as baskets
    from folds
    inner join together on folds.cutoff_at > together.bought_at
    where {{ kept_at('together', 'folds.cutoff_at') }}
    group by folds.fold, together.product_key, together.other_product_key
)

select
    pairs.fold,
    pairs.product_key,
    pairs.other_product_key,
    pairs.baskets,
    recounted.baskets as baskets_by_then
from pairs
left join all_baskets on pairs.fold = all_baskets.fold
left join product_baskets
    on pairs.fold = product_baskets.fold and pairs.product_key = product_baskets.product_key
left join recounted
    on
        pairs.fold = recounted.fold
        and least(pairs.product_key, pairs.other_product_key) = recounted.product_key
        and greatest(pairs.product_key, pairs.other_product_key) = recounted.other_product_key
where
    pairs.baskets is distinct from recounted.baskets
    or abs(pairs.confidence - recounted.baskets / product_baskets.baskets) > 1e-9
    or abs(pairs.support - recounted.baskets / all_baskets.baskets) > 1e-9
