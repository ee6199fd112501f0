with

customers as (select * from {{ ref('stg_customers') }} where reject_reason is null),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

-- a list would offer them what they bought before as new
left_out as (select * from {{ ref('int_left_out_customers') }}),

ids as (
    select customer_id from {{ ref('int_purchase_lines') }} where customer_id is not null
    union
    select customer_id from {{ ref('int_rating_lines') }}
    union
    select coalesce(merged_customers.merged_into, customers.customer_id) as customer_id
    from customers
    left join merged_customers on customers.customer_id = merged_customers.customer_id
),

keyed as (
    select
        cast({{ steady_number('ids.customer_id', 'customers') }} as integer) as customer_key,
        ids.customer_id,
        -- a hash that orders customers by chance, the same in every run whoever else there is
        cast(concat('0x', left(md5(ids.customer_id), 16)) as ubigint) as customer_hash
    from ids
    anti join left_out on ids.customer_id = left_out.customer_id
)

select * from keyed
