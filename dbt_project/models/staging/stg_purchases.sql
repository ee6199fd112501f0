with

lines as (select * from {{ source('shop', 'purchases') }}),

settings as (select * from {{ ref('stg_settings') }}),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.customer_id') }} as customer_id,
        {{ clean_id('lines.product_id') }} as product_id,
        {{ clean_id('lines.order_id') }} as order_id,
        try_cast(lines.purchased_at as timestamp) as purchased_at,
        -- a shop that doesn't say how many sold one
        case when lines.quantity is null then 1 else try_cast(lines.quantity as double) end as quantity,
        try_cast(lines.unit_price as decimal(18, 4)) as given_unit_price,
        try_cast(lines.amount as decimal(18, 4)) as given_amount,
        to_json(struct_pack(
            customer_id := lines.customer_id,
            product_id := lines.product_id,
            order_id := lines.order_id,
            purchased_at := lines.purchased_at,
            quantity := lines.quantity,
            unit_price := lines.unit_price,
            amount := lines.amount
        )) as row_json,
        lines.purchased_at is null as has_no_time,
        (lines.unit_price is not null and try_cast(lines.unit_price as decimal(18, 4)) is null)
        or (lines.amount is not null and try_cast(lines.amount as decimal(18, 4)) is null) as has_bad_price
    from lines
),

priced as (
    select
        *,
        coalesce(given_amount, cast(given_unit_price * quantity as decimal(18, 4))) as amount,
        coalesce(given_unit_price, cast(given_amount / nullif(quantity, 0) as decimal(18, 4))) as unit_price
    from cast_lines
),

numbered as (
    select
        *,
        row_number() over (
            partition by customer_id, product_id, order_id, purchased_at, quantity, amount
            order by file, row_number
        ) as copy_number
    from priced
),

judged as (
    select
        numbered.*,
        case
            when numbered.product_id is null then 'missing_product_id'
            when numbered.has_no_time then 'missing_purchased_at'
            when numbered.purchased_at is null then 'unreadable_purchased_at'
            when numbered.purchased_at >= settings.as_of + interval 1 day then 'after_as_of'
            when numbered.quantity is null or isnan(numbered.quantity) or isinf(numbered.quantity)
                then 'unreadable_quantity'
            when numbered.quantity = 0 then 'zero_quantity'
            when numbered.has_bad_price then 'unreadable_price'
            when numbered.quantity > 0 and numbered.amount < 0 then 'negative_price'
            when numbered.copy_number > 1 then 'duplicate_line'
        end as reject_reason
    from numbered
    cross join settings
)

select
    file,
    row_number,
    customer_id,
    product_id,
    coalesce(order_id, concat(customer_id, ' ', purchased_at)) as order_id,
    purchased_at,
    quantity,
    unit_price,
    amount,
    quantity < 0 as is_return,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from judged
