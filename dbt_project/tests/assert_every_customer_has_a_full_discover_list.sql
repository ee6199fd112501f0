-- Lists have ten products, or all of today's catalogue that are new to the customer. Where a setting or
-- a rule limits what may be listed, they may be shorter.
with

-- nobody of the control group has lists
customers as (
    select customers.*
    from {{ ref('customers') }} as customers
    inner join {{ ref('int_customers') }} as keyed on customers.customer_id = keyed.customer_id
    anti join {{ ref('int_customer_arms') }} as customer_arms
        on keyed.customer_key = customer_arms.customer_key and customer_arms.arm = 'control'
),

catalogue as (select * from {{ ref('products') }} where is_recommendable),

-- a returned product isn't new
purchases as (select * from {{ ref('int_purchase_lines') }} where customer_id is not null),

ratings as (select * from {{ ref('int_rating_lines') }}),

recommendations as (select * from {{ ref('recommendations') }} where list_type = 'discover'),

settings as (select * from {{ ref('stg_settings') }}),

rules as (select * from {{ ref('int_dated_rules') }} where is_active),

met as (
    select
        customer_id,
        product_id
    from purchases
    union
    select
        customer_id,
        product_id
    from ratings
),

met_counts as (
    select
        met.customer_id,
        count(*) as products
    from met
    inner join catalogue on met.product_id = catalogue.product_id
    group by met.customer_id
),

listed_counts as (
    select
        customer_id,
        count(*) as products
    from recommendations
    group by customer_id
),

counted as (
    select
        customers.customer_id,
        coalesce(listed_counts.products, 0) as listed,
        least(
            settings.list_length,
            (select count(*) from catalogue) - coalesce(met_counts.products, 0)
        ) as expected,
        settings.recommend_new_products,
        settings.max_per_category > 0 or settings.max_per_brand > 0 or exists (select 1 from rules) as is_capped
    from customers
    cross join settings
    left join met_counts on customers.customer_id = met_counts.customer_id
    left join listed_counts on customers.customer_id = listed_counts.customer_id
)

select * from counted
-- new products, and those that a rule pins, come on top where the catalogue is too small for a full list
where
    (listed < expected and not is_capped)
    or (listed > expected and recommend_new_products = 0 and not is_capped)
