-- Orders are counted again up to the cut-off; the last one can't lie behind it.
with

folds as (select * from {{ ref('int_folds') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

events as (select * from {{ ref('int_events') }} where is_interest and customer_key is not null),

own as (select * from {{ ref('int_customer_product_features') }}),

customer_features as (select * from {{ ref('int_customer_features') }}),

product_features as (select * from {{ ref('int_product_features') }}),

known as (
    select
        folds.fold,
        events.customer_key,
        events.product_key,
        events.order_key
    from folds
    inner join events
        on
            (folds.cutoff_at > events.occurred_at or (folds.purpose = 'serve' and events.occurred_at is null))
            and (events.returned_at is null or folds.cutoff_at <= events.returned_at)
),

known_own as (
    select
        known.fold,
        known.customer_key,
        known.product_key,
        count(*) as orders
    from known
    inner join fold_customers
        on known.fold = fold_customers.fold and known.customer_key = fold_customers.customer_key
    group by known.fold, known.customer_key, known.product_key
),

known_customers as (
    select
        known.fold,
        known.customer_key,
        count(distinct known.order_key) as orders
    from known
    group by known.fold, known.customer_key
),

known_products as (
    select
        known.fold,
        known.product_key,
        count(*) / count(distinct known.customer_key) as orders_per_customer
    from known
    group by known.fold, known.product_key
),

wrong_own as (
    select
        coalesce(own.fold, known_own.fold) as fold,
        'customer and product' as what
    from own
    full outer join known_own
        on
            own.fold = known_own.fold
            and own.customer_key = known_own.customer_key
            and own.product_key = known_own.product_key
    where own.orders is distinct from known_own.orders or own.days_since_last < 0
),

wrong_customers as (
    select
        customer_features.fold,
        'customer' as what
    from customer_features
    left join known_customers
        on
            customer_features.fold = known_customers.fold
            and customer_features.customer_key = known_customers.customer_key
    where
        customer_features.orders is distinct from known_customers.orders
        or customer_features.days_since_last < 0
),

wrong_products as (
    select
        product_features.fold,
        'product' as what
    from product_features
    left join known_products
        on
            product_features.fold = known_products.fold
            and product_features.product_key = known_products.product_key
    where
        product_features.orders_per_customer is distinct from known_products.orders_per_customer
        or product_features.days_since_last < 0
)

select * from wrong_own
union all
select * from wrong_customers
union all
select * from wrong_products
