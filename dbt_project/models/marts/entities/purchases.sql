with

purchases as (select * from {{ ref('stg_purchases') }} where reject_reason is null),

merges as (select * from {{ ref('int_customer_merges') }})

select
    coalesce(merges.merged_into, purchases.customer_id) as customer_id,
    purchases.product_id,
    purchases.order_id,
    purchases.purchased_at,
    purchases.quantity,
    purchases.unit_price,
    purchases.amount,
    purchases.is_return
from purchases
left join merges on purchases.customer_id = merges.customer_id
order by purchases.purchased_at, purchases.order_id, purchases.product_id
