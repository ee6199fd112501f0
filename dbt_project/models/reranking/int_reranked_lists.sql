{{ config(materialized='view') }}

with

reranked_candidates as (select * from {{ ref('int_reranked_candidates') }})

select
    fold,
    list_type,
    customer_key,
    place as rank,
    product_key,
    score,
    recommender
from reranked_candidates
where dropped_by is null
