{{ config(materialized='view') }}

with

customer_metrics as (select * from {{ ref('int_customer_metrics') }}),

list_metrics as (select * from {{ ref('int_list_metrics') }}),

list_diversity as (select * from {{ ref('int_list_diversity') }}),

product_page_metrics as (select * from {{ ref('int_product_page_metrics') }}),

-- a metric that is missing for a list has no row
hits_by_metric as (
    unpivot customer_metrics
    on ndcg, precision, recall, map, mrr, hit_rate
    into name metric value value
),

lists_by_metric as (
    unpivot list_metrics
    on novelty, popularity_bias, revenue
    into name metric value value
),

metrics as (
    select * from hits_by_metric
    union all by name
    select * from lists_by_metric
    union all by name
    select
        *,
        'diversity' as metric
    from list_diversity
    union all by name
    select * from product_page_metrics
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
