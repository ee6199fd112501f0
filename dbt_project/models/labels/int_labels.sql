with

label_events as (select * from {{ ref('int_label_events') }} where customer_key is not null),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }}),

customers_with_history as (
    select distinct
        fold,
        customer_key
    from interactions
    where in_catalogue and orders > 0
),

pairs as (
    select
        fold,
        customer_key,
        product_key,
        count(*) as orders,
        sum(amount) as amount
    from label_events
    group by fold, customer_key, product_key
),

labels as (
    select
        pairs.fold,
        customers.customer_id,
        products.product_id,
        pairs.customer_key,
        pairs.product_key,
        fold_products.product_key is not null as in_catalogue,
        interactions.product_key is null as is_new,
        interactions.first_at is not null as was_bought,
        customers_with_history.customer_key is not null as has_history,
        pairs.orders,
        pairs.amount
    from pairs
    inner join customers on pairs.customer_key = customers.customer_key
    inner join products on pairs.product_key = products.product_key
    left join fold_products
        on pairs.fold = fold_products.fold and pairs.product_key = fold_products.product_key
    left join interactions
        on
            pairs.fold = interactions.fold
            and pairs.customer_key = interactions.customer_key
            and pairs.product_key = interactions.product_key
    left join customers_with_history
        on pairs.fold = customers_with_history.fold and pairs.customer_key = customers_with_history.customer_key
)

select * from labels
