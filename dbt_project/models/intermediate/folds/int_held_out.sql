with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'serve'),

events as (select * from {{ ref('int_events') }} where customer_key is not null and is_interest),

customers as (select * from {{ ref('int_customers') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }}),

customers_with_history as (
    select distinct
        fold,
        customer_key
    from interactions
    where in_catalogue and orders > 0
),

bought_after as (
    select
        folds.fold,
        events.customer_key,
        events.product_key,
        count(*) as orders,
        sum(events.amount) as amount
    from folds
    inner join events
        on folds.cutoff_at <= events.occurred_at and folds.label_until > events.occurred_at
    group by folds.fold, events.customer_key, events.product_key
),

held_out as (
    select
        bought_after.fold,
        customers.customer_id,
        fold_products.product_id,
        bought_after.customer_key,
        bought_after.product_key,
        interactions.product_key is null as is_new,
        interactions.first_at is not null as was_bought,
        customers_with_history.customer_key is not null as has_history,
        bought_after.orders,
        bought_after.amount
    from bought_after
    inner join fold_products
        on bought_after.fold = fold_products.fold and bought_after.product_key = fold_products.product_key
    inner join customers on bought_after.customer_key = customers.customer_key
    left join interactions
        on
            bought_after.fold = interactions.fold
            and bought_after.customer_key = interactions.customer_key
            and bought_after.product_key = interactions.product_key
    left join customers_with_history
        on
            bought_after.fold = customers_with_history.fold
            and bought_after.customer_key = customers_with_history.customer_key
)

select * from held_out
