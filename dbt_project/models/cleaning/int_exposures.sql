{{ config(materialized='view') }}

with

exposures as (select * from {{ ref('stg_exposures') }} where reject_reason is null),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

parents as (select * from {{ ref('int_product_parents') }})

select
    coalesce(merged_customers.merged_into, exposures.customer_id) as customer_id,
    coalesce(parents.recommend_as, exposures.product_id) as product_id,
    exposures.list_type,
    exposures.shown_at,
    exposures.clicked_at,
    exposures.file,
    exposures.row_number
from exposures
left join merged_customers on exposures.customer_id = merged_customers.customer_id
left join parents on exposures.product_id = parents.product_id
