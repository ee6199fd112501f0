with

purchases as (select * from {{ ref('stg_purchases') }}),

ratings as (select * from {{ ref('stg_ratings') }}),

customers as (select * from {{ ref('stg_customers') }}),

ids as (
    select customer_id from purchases where reject_reason is null and customer_id is not null
    union
    select customer_id from ratings where reject_reason is null
    union
    select customer_id from customers where reject_reason is null
),

keyed as (
    select
        cast(row_number() over (order by customer_id) as integer) as customer_key,
        customer_id
    from ids
)

select * from keyed
