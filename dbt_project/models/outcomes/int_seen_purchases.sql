-- purchases of what the customer had been shown in that list

with

exposures as (select * from {{ ref('int_exposures') }}),

settings as (select * from {{ ref('stg_settings') }}),

list_purchases as (
    select
        list_type,
        customer_id,
        product_id,
        purchased_at,
        -- of a purchase without a time of day only the day is known
        case
            when purchased_at = date_trunc('day', purchased_at)
                then purchased_at + interval 1 day - interval 1 microsecond
            else purchased_at
        end as bought_by
    from {{ ref('int_list_purchases') }}
)

select
    list_purchases.list_type,
    list_purchases.customer_id,
    list_purchases.product_id,
    list_purchases.purchased_at,
    coalesce(bool_or(exposures.clicked_at <= list_purchases.bought_by), false) as was_clicked
from list_purchases
cross join settings
inner join exposures
    on
        list_purchases.customer_id = exposures.customer_id
        and list_purchases.product_id = exposures.product_id
        and list_purchases.list_type = coalesce(exposures.list_type, list_purchases.list_type)
        and list_purchases.bought_by >= exposures.shown_at
        and list_purchases.purchased_at - settings.label_window_days * interval 1 day <= exposures.shown_at
group by all
