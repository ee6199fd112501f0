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
        coalesce(given_amount, try_cast(given_unit_price * quantity as decimal(18, 4))) as amount,
        coalesce(given_unit_price, try_cast(given_amount / nullif(quantity, 0) as decimal(18, 4))) as unit_price
    from cast_lines
),

judged as (
    select
        priced.*,
        case
            when priced.product_id is null then 'missing_product_id'
            when priced.has_no_time then 'missing_purchased_at'
            when priced.purchased_at is null then 'unreadable_purchased_at'
            when priced.purchased_at >= settings.as_of + interval 1 day then 'after_as_of'
            -- not a number, infinite or beyond any shop's stock: what doesn't fit a decimal
            when try_cast(priced.quantity as decimal(18, 4)) is null then 'unreadable_quantity'
            when priced.quantity = 0 then 'zero_quantity'
            when priced.has_bad_price or (priced.amount is null and priced.given_unit_price is not null)
                then 'unreadable_price'
            when priced.quantity > 0 and priced.amount < 0 then 'negative_price'
        end as own_reason
    from priced
    cross join settings
),

numbered as (
    select
        *,
        row_number() over (
            partition by customer_id, product_id, order_id, purchased_at, quantity, amount, own_reason
            order by file, row_number
        ) as copy_number
    from judged
),

reasoned as (
    select
        *,
        case
            when own_reason is not null then own_reason
            -- two strangers may buy the same: without a customer or an order nothing shows a copy
            when copy_number > 1 and coalesce(customer_id, order_id) is not null then 'duplicate_line'
        end as reject_reason
    from numbered
)

select
    file,
    row_number,
    customer_id,
    product_id,
    case
        when order_id is not null then order_id
        when customer_id is not null then concat(customer_id, ' ', purchased_at)
        else concat(file, ' ', row_number)
    end as order_id,
    purchased_at,
    quantity,
    unit_price,
    amount,
    quantity < 0 as is_return,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from reasoned
