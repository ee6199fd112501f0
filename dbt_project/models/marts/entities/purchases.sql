with

purchases as (select * from {{ ref('stg_purchases') }} where reject_reason is null),

merged_customers as (select * from {{ ref('int_customer_merges') }})

select
    coalesce(merged_customers.merged_into, purchases.customer_id) as customer_id,
    purchases.product_id,
    purchases.order_id,
    purchases.purchased_at,
    purchases.quantity,
    purchases.unit_price,
    purchases.amount,
    purchases.is_return,
    purchases.store_id,
    purchases.channel,
    purchases.discount
from purchases
left join merged_customers on purchases.customer_id = merged_customers.customer_id
order by purchases.purchased_at, purchases.order_id, purchases.product_id
