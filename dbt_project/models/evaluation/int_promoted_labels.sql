-- What was promoted in a label window is nothing that its fold knows: metrics are cut by it, and nothing else reads it.
-- Where a purchase names no store, a promotion at any store counts.
with

label_events as (select * from {{ ref('int_label_events') }} where purpose = 'judge' and customer_key is not null),

promotions as (select * from {{ ref('int_promotions') }})

select distinct
    label_events.fold,
    label_events.customer_key,
    label_events.product_key
from label_events
inner join promotions
    on
        label_events.product_key = promotions.product_key
        and label_events.occurred_at >= promotions.starts
        and (promotions.ends is null or label_events.occurred_at < promotions.ends + interval 1 day)
where
    promotions.store_keys is null
    or label_events.store_key is null
    or list_contains(promotions.store_keys, label_events.store_key)
