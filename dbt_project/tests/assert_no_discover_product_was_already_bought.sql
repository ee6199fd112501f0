-- Compared with the cleaned inputs, not with the interactions that the build derives from them.
with

recommendations as (select * from {{ ref('recommendations') }} where list_type = 'discover'),

purchases as (select * from {{ ref('int_purchase_lines') }}),

ratings as (select * from {{ ref('int_rating_lines') }}),

met as (
    select
        customer_id,
        product_id
    from purchases
    union all
    select
        customer_id,
        product_id
    from ratings
)

select recommendations.*
from recommendations
semi join met
    on recommendations.customer_id = met.customer_id and recommendations.product_id = met.product_id
