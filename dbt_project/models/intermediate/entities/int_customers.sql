with

customers as (select * from {{ ref('stg_customers') }} where reject_reason is null),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

ids as (
    select customer_id from {{ ref('int_purchase_lines') }} where customer_id is not null
    union
    -- whoever is left out of everything else is a customer all the same
    select coalesce(merged_customers.merged_into, unusual.customer_id) as customer_id
    from {{ ref('int_unusual_customers') }} as unusual
    left join merged_customers on unusual.customer_id = merged_customers.customer_id
    union
    select customer_id from {{ ref('int_rating_lines') }}
    union
    select coalesce(merged_customers.merged_into, customers.customer_id) as customer_id
    from customers
    left join merged_customers on customers.customer_id = merged_customers.customer_id
),

keyed as (
    select
        cast(row_number() over (order by customer_id) as integer) as customer_key,
        customer_id
    from ids
)

select * from keyed
