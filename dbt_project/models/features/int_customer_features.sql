with

fold_customers as (select * from {{ ref('int_fold_customers') }}),

events as (select * from {{ ref('int_known_events') }} where is_interest and is_kept),

customer_products as (select * from {{ ref('int_customer_product_features') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

aged as (
    select
        fold_customers.fold,
        fold_customers.customer_key,
        settings.label_window_days,
        events.order_key,
        events.amount,
        events.discount,
        coalesce(events.age_days, settings.label_window_days) as age
    from fold_customers
    inner join events
        on fold_customers.fold = events.fold and fold_customers.customer_key = events.customer_key
    cross join settings
),

of_orders as (
    select
        fold,
        customer_key,
        count(distinct order_key) as orders,
        count(distinct order_key) filter (where age <= label_window_days) as orders_one_window,
        count(distinct order_key) filter (where age <= 3 * label_window_days) as orders_three_windows,
        count(*) / count(distinct order_key) as products_per_order,
        min(age) as days_since_last,
        max(age) as days_since_first,
        cast(sum(amount) filter (where age <= 3 * label_window_days) as double) as spend_three_windows,
        {{ discount_features('age <= 3 * label_window_days', 'three_windows') }}
    from aged
    group by fold, customer_key
),

of_products as (
    select
        customer_products.fold,
        customer_products.customer_key,
        count(*) as products,
        count(*) filter (where customer_products.orders_one_window > 0) as products_one_window,
        count(*) filter (
            where customer_products.days_since_first <= settings.label_window_days
        ) as first_bought_one_window,
        count(*) filter (
            where customer_products.days_since_first <= 3 * settings.label_window_days
        ) as first_bought_three_windows,
        sum(fold_products.price_band) / count(fold_products.price_band) as mean_price_band,
        cast(sum(customer_products.orders * fold_products.price) as double)
        / sum(customer_products.orders) filter (where fold_products.price is not null) as usual_price
    from customer_products
    cross join settings
    left join fold_products
        on
            customer_products.fold = fold_products.fold
            and customer_products.product_key = fold_products.product_key
    group by customer_products.fold, customer_products.customer_key
),

features as (
    select
        of_orders.*,
        case
            when of_orders.orders > 1
                then of_orders.days_since_last / greatest(
                    (of_orders.days_since_first - of_orders.days_since_last) / (of_orders.orders - 1), 1
                )
        end as due_ratio,
        of_products.products,
        of_products.products_one_window,
        of_products.first_bought_one_window,
        of_products.first_bought_three_windows,
        of_products.mean_price_band,
        of_products.usual_price,
        -- appetite for new products
        of_products.first_bought_one_window / nullif(of_products.products_one_window, 0) as first_bought_share
    from of_orders
    inner join of_products
        on of_orders.fold = of_products.fold and of_orders.customer_key = of_products.customer_key
)

select * from features
