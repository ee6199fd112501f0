with

purchases as (select * from {{ ref('stg_purchases') }} where reject_reason is null)

select
    customer_id,
    product_id,
    order_id,
    purchased_at,
    quantity,
    unit_price,
    amount,
    is_return
from purchases
order by purchased_at, order_id, product_id
