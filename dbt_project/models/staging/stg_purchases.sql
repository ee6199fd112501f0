{% set usual = ['customer_id', 'product_id', 'order_id', 'purchased_at', 'quantity', 'unit_price', 'amount'] %}
{% set rare = ['is_return', 'currency'] + described_columns() + ['recommend_as'] %}
{% set mapped = usual + rare %}

with

settings as (select * from {{ ref('stg_settings') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'purchases'),

guests as (select id from {{ source('shop', 'listed_ids') }} where list = 'guest_ids'),

alike as (
    select hash({{ mapped | join(', ') }}) as fingerprint
    from {{ source('shop', 'purchases') }}
    where customer_id is not null or order_id is not null
    group by fingerprint
    having count(*) > 1
),

copies as (
    select
        lines.file,
        lines.row_number
    from {{ source('shop', 'purchases') }} as lines
    semi join alike on hash({{ 'lines.' ~ mapped | join(', lines.') }}) = alike.fingerprint
    where lines.customer_id is not null or lines.order_id is not null
    qualify row_number() over (
        partition by {{ 'lines.' ~ mapped | join(', lines.') }}
        order by lines.file asc, lines.row_number asc
    ) > 1
),

cast_lines as (
    select
        lines.*,
        {{ clean_id('lines.customer_id', 'formats.has_float_customer_ids') }} as customer,
        {{ clean_id('lines.product_id', 'formats.has_float_product_ids') }} as product,
        {{ clean_id('lines.order_id', 'formats.has_float_order_ids') }} as order_name,
        {{ clean_time('lines.purchased_at', 'formats.date_order', 'settings.timezone') }} as bought_at,
        -- a shop that doesn't say how many sold one
        case
            when {{ is_empty('lines.quantity') }} then 1
            else {{ clean_quantity('lines.quantity', 'formats.has_decimal_comma') }}
        end as units,
        {{ clean_number('lines.unit_price', 'formats.has_money_comma') }} as given_unit_price,
        {{ clean_number('lines.amount', 'formats.has_money_comma') }} as given_amount,
        coalesce({{ clean_boolean('lines.is_return') }}, false) as is_cancelled,
        formats.date_order is null and {{ shows_date_order('lines.purchased_at', '') }} as is_day_or_month,
        settings.as_of,
        coalesce(settings.duplicate_lines, 'reject') as duplicate_lines,
        settings.earliest_day
    from {{ source('shop', 'purchases') }} as lines
    cross join settings
    left join formats on true
),

priced as (
    select
        *,
        units < 0 or is_cancelled as is_back,
        coalesce(given_amount, try_cast(given_unit_price * units as decimal(18, 4))) as total,
        coalesce(given_unit_price, try_cast(given_amount / nullif(units, 0) as decimal(18, 4))) as price
    from cast_lines
),

judged as (
    select
        priced.*,
        guests.id is not null as is_guest,
        case
            when priced.product is null then 'missing_product_id'
            when {{ is_blank('priced.purchased_at') }} then 'missing_purchased_at'
            when priced.bought_at is null and priced.is_day_or_month then 'ambiguous_purchased_at'
            when priced.bought_at is null then 'unreadable_purchased_at'
            when priced.bought_at < priced.earliest_day then 'implausible_purchased_at'
            when priced.bought_at >= priced.as_of + interval 1 day then 'after_as_of'
            when priced.bought_at >= {{ build_started_at() }} + interval 2 day then 'in_the_future'
            -- not a number, infinite or beyond any shop's stock: what doesn't fit a decimal
            when try_cast(priced.units as decimal(18, 4)) is null then 'unreadable_quantity'
            when priced.units = 0 then 'zero_quantity'
            when
                (priced.given_unit_price is null and not {{ is_empty('priced.unit_price') }})
                or (priced.given_amount is null and not {{ is_empty('priced.amount') }})
                or (priced.total is null and priced.given_unit_price is not null)
                then 'unreadable_price'
            when not priced.is_back and priced.total < 0 then 'negative_price'
            when
                copies.row_number is not null
                and priced.duplicate_lines <> 'keep'
                -- two strangers may buy the same: without a customer or an order nothing shows a copy
                and (priced.order_name is not null or (priced.customer is not null and guests.id is null))
                then 'duplicate_line'
        end as reject_reason
    from priced
    left join guests on priced.customer = guests.id
    left join copies on priced.file = copies.file and priced.row_number = copies.row_number
)

select
    judged.file,
    judged.row_number,
    case when not judged.is_guest then judged.customer end as customer_id,
    judged.product as product_id,
    case
        when judged.order_name is not null then judged.order_name
        when judged.customer is not null and not judged.is_guest then concat(judged.customer, ' ', judged.bought_at)
        else concat(judged.file, ' ', judged.row_number)
    end as order_id,
    judged.bought_at as purchased_at,
    -- systems write what came back with a sign before the quantity, the value, both or neither
    case when judged.is_back then -abs(judged.units) else judged.units end as quantity,
    case when judged.is_back then abs(judged.price) else judged.price end as unit_price,
    case when judged.is_back then -abs(judged.total) else judged.total end as amount,
    judged.is_back as is_return,
    judged.is_cancelled,
    judged.is_guest,
    judged.reject_reason,
    case
        when judged.reject_reason is not null
            then json_merge_patch(
                to_json(struct_pack(
                    {% for column in usual %}
                    {{ column }} := judged.{{ column }}{{ ',' if not loop.last }}
                    {% endfor %}
                )),
                -- nothing is said of those that most shops don't have
                to_json(struct_pack(
                    {% for column in rare %}
                    {{ column }} := judged.{{ column }}{{ ',' if not loop.last }}
                    {% endfor %}
                ))
            )
    end as row_json
from judged
