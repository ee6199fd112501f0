with

recommendations as (select * from {{ ref('recommendations') }} where list_type = 'buy_again'),

purchases as (select * from {{ ref('int_purchase_lines') }})

select recommendations.*
from recommendations
anti join purchases
    on recommendations.customer_id = purchases.customer_id and recommendations.product_id = purchases.product_id
