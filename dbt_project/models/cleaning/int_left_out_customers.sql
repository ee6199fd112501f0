{{ config(materialized='view') }}

with

unusual_customers as (select * from {{ ref('int_unusual_customers') }}),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

settings as (select * from {{ ref('stg_settings') }}),

left_out as (
    select distinct coalesce(merged_customers.merged_into, unusual_customers.customer_id) as customer_id
    from unusual_customers
    inner join settings on settings.unusual_customers = 'leave_out'
    left join merged_customers on unusual_customers.customer_id = merged_customers.customer_id
)

select * from left_out
