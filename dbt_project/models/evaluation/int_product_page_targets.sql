-- What product pages are judged by: given one product of a held-out basket, its page should have shown every
-- other one.
with

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

-- a customer's baskets count as one customer, a nameless order for itself
label_events as (
    select
        label_events.*,
        counting_unit.counts_orders,
        case
            when counting_unit.counts_orders then label_events.order_key
            else label_events.customer_key
        end as buyer_key
    from {{ ref('int_label_events') }} as label_events
    cross join counting_unit
    where
        label_events.purpose = 'judge' and (counting_unit.counts_orders or label_events.customer_key is not null)
),

held_out_baskets as (
    select
        label_events.fold,
        label_events.counts_orders,
        label_events.buyer_key,
        label_events.order_key,
        label_events.product_key
    from label_events
    inner join fold_products
        on label_events.fold = fold_products.fold and label_events.product_key = fold_products.product_key
),

-- customers are sampled where lists are judged, orders here
judged_baskets as (
    select
        held_out_baskets.fold,
        held_out_baskets.order_key
    from held_out_baskets
    cross join settings
    group by
        held_out_baskets.fold,
        held_out_baskets.order_key,
        held_out_baskets.counts_orders,
        settings.judged_customers
    having count(*) > 1
    qualify
        not held_out_baskets.counts_orders
        or row_number() over (
            partition by held_out_baskets.fold
            order by md5(cast(held_out_baskets.order_key as varchar)), held_out_baskets.order_key
        ) <= settings.judged_customers
),

targets as (
    select
        given.fold,
        given.buyer_key,
        given.order_key,
        given.product_key,
        other.product_key as other_product_key
    from held_out_baskets as given
    inner join held_out_baskets as other
        on
            given.fold = other.fold
            and given.order_key = other.order_key
            and given.product_key <> other.product_key
    inner join judged_baskets
        on given.fold = judged_baskets.fold and given.order_key = judged_baskets.order_key
)

select * from targets
