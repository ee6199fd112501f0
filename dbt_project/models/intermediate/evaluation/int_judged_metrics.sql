{{ config(materialized='view') }}

with

metrics as (
    select * from {{ ref('int_customer_metrics') }}
    union all by name
    select * from {{ ref('int_list_metrics') }}
    union all by name
    select * from {{ ref('int_product_page_metrics') }}
)

select
    fold,
    recommender,
    list_type,
    customer_id,
    metric,
    cast(k as integer) as k,
    value
from metrics
