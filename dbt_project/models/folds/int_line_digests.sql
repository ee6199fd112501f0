{{ config(materialized='view') }}

-- what is compared to find the lines that are new, changed or gone since recommenders were fitted
with

purchases as (select * from {{ ref('int_purchase_lines') }}),

ratings as (select * from {{ ref('int_rating_lines') }})

select
    customer_id,
    purchased_at as happened_at,
    hash(customer_id, product_id, order_id, purchased_at, quantity, amount, is_return) as line_digest
from purchases
union all
select
    customer_id,
    rated_at as happened_at,
    hash(customer_id, product_id, rating, rated_at) as line_digest
from ratings
