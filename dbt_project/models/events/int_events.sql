with

order_products as (select * from {{ ref('int_order_products') }}),

returns as (
    select * from {{ ref('int_purchase_lines') }} where is_return and customer_id is not null
),

ratings as (select * from {{ ref('int_rating_lines') }} where replaced_at is null),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

purchase_events as (
    select
        customer_key,
        product_key,
        order_key,
        purchased_at as occurred_at,
        quantity,
        amount,
        unit_price,
        discount,
        store_key,
        is_paid as is_interest,
        returned_at
    from order_products
),

-- a returned product isn't new to the customer, even if its purchase lies before the data. A purchase
-- that a return cancels has the moment of it in returned_at
return_events as (
    select
        customers.customer_key,
        products.product_key,
        cast(null as bigint) as order_key,
        min(returns.purchased_at) as occurred_at,
        cast(null as double) as quantity,
        cast(null as decimal(18, 4)) as amount,
        cast(null as double) as unit_price,
        cast(null as decimal(18, 4)) as discount,
        cast(null as integer) as store_key,
        false as is_interest,
        cast(null as timestamp) as returned_at
    from returns
    inner join customers on returns.customer_id = customers.customer_id
    inner join products on returns.product_id = products.product_id
    group by customers.customer_key, products.product_key
),

-- in a shop without purchases, ratings are used as purchases, from the first rating of a product on
rating_events as (
    select
        customers.customer_key,
        products.product_key,
        row_number() over (order by customers.customer_key, products.product_key) as order_key,
        ratings.first_rated_at as occurred_at,
        1.0 as quantity,
        cast(null as decimal(18, 4)) as amount,
        cast(null as double) as unit_price,
        cast(null as decimal(18, 4)) as discount,
        cast(null as integer) as store_key,
        true as is_interest,
        cast(null as timestamp) as returned_at
    from ratings
    inner join customers on ratings.customer_id = customers.customer_id
    inner join products on ratings.product_id = products.product_id
    where not exists (select 1 from order_products)
),

found as (
    select * from purchase_events
    union all
    select * from return_events
    union all
    select * from rating_events
),

why_none as (
    {{ why_nothing_is_used() }}
),

-- if no line can be used, the build fails here and the last lists stay; the tables that explain why are
-- built all the same
events as (
    select * from found
    union all
    select
        cast({{ raised('why_none.message') }} as integer) as customer_key,
        cast(null as integer) as product_key,
        cast(null as bigint) as order_key,
        cast(null as timestamp) as occurred_at,
        cast(null as double) as quantity,
        cast(null as decimal(18, 4)) as amount,
        cast(null as double) as unit_price,
        cast(null as decimal(18, 4)) as discount,
        cast(null as integer) as store_key,
        false as is_interest,
        cast(null as timestamp) as returned_at
    from why_none
    where not exists (select 1 from found where found.order_key is not null) and not {{ is_empty_run() }}
)

select * from events
