{% set usual = ['customer_id', 'product_id', 'order_id', 'purchased_at', 'quantity', 'unit_price', 'amount'] %}
{% set rare = ['is_return', 'currency', 'store_id', 'channel', 'discount', 'list_price'] + described_columns()
    + ['recommend_as'] %}
{% set mapped = usual + rare %}

with

settings as (select * from {{ ref('stg_settings') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'purchases'),

guests as (select id from {{ source('shop', 'listed_ids') }} where list = 'guest_ids'),

line_ids as (select has_line_id from {{ source('shop', 'purchase_line_ids') }}),

-- lines that agree in what is mapped: few, so that only they are compared in all of their columns
alike as (
    select hash({{ mapped | join(', ') }}) as mapped_hash
    from {{ source('shop', 'purchases') }}
    group by mapped_hash
    having count(*) > 1
),

-- lines that a layout makes of one row of a file are never copies of each other
suspects as (
    select
        lines.file,
        lines.row_number,
        lines.line,
        alike.mapped_hash,
        count(*) as lines_of_row
    from {{ source('shop', 'purchases') }} as lines
    inner join alike on hash({{ 'lines.' ~ mapped | join(', lines.') }}) = alike.mapped_hash
    group by lines.file, lines.row_number, lines.line, alike.mapped_hash
),

numbered as (
    select
        *,
        row_number() over (partition by line, file order by row_number) as number_in_file,
        row_number() over (partition by mapped_hash order by file asc, row_number asc) as mapped_number
    from suspects
),

repeats as (
    select
        file,
        row_number,
        hash(line) as line_hash,
        number_in_file > 1 as is_again_in_file,
        -- the n-th copy within a file is a duplicate if another file has n copies, too
        row_number() over (partition by line, number_in_file order by file) > 1 as is_in_earlier_file,
        mapped_number > 1 as agrees_in_mapped
    from numbered
),

-- files whose lines are all in an earlier file were sent twice
file_contents as (
    select
        suspects.file,
        sum(suspects.lines_of_row) as lines,
        sum(hash(suspects.line, suspects.lines_of_row)) as content_hash
    from suspects
    group by suspects.file
),

files_sent_again as (
    select file_contents.file
    from file_contents
    inner join formats on file_contents.lines = formats.lines_of_files[file_contents.file]
    qualify
        row_number() over (
            partition by file_contents.lines, file_contents.content_hash order by file_contents.file
        ) > 1
),

cast_lines as (
    select
        lines.*,
        {{ clean_id('lines.customer_id', 'formats.has_float_customer_ids') }} as customer,
        {{ clean_id('lines.product_id', 'formats.has_float_product_ids') }} as product,
        {{ clean_id('lines.order_id', 'formats.has_float_order_ids') }} as order_name,
        {{ clean_id('lines.store_id', 'formats.has_float_store_ids') }} as store,
        {{ clean_text('cast(lines.channel as varchar)') }} as sold_through,
        {{ clean_time('lines.purchased_at', 'formats.date_order', 'settings.timezone') }} as bought_at,
        -- without a quantity it is 1
        case
            when {{ is_empty('lines.quantity') }} then 1
            else {{ clean_quantity('lines.quantity', 'formats.has_decimal_comma') }}
        end as units,
        {{ clean_number('lines.unit_price', 'formats.has_money_comma') }} as given_unit_price,
        {{ clean_number('lines.amount', 'formats.has_money_comma') }} as given_amount,
        {{ clean_number('lines.discount', 'formats.has_money_comma') }} as given_discount,
        {{ clean_price('lines.list_price', 'formats.has_money_comma') }} as given_list_price,
        coalesce({{ clean_boolean('lines.is_return') }}, false) as is_cancelled,
        formats.date_order is null and {{ shows_date_order('lines.purchased_at', '') }} as is_day_or_month,
        settings.as_of,
        settings.earliest_day,
        coalesce(repeats.is_again_in_file, false) as is_again_in_file,
        coalesce(repeats.is_in_earlier_file, false) as is_in_earlier_file,
        coalesce(repeats.agrees_in_mapped, false) as agrees_in_mapped,
        coalesce(settings.duplicate_lines, 'reject') as duplicate_lines,
        coalesce(formats.counts_units, true) as counts_units,
        line_ids.has_line_id,
        files_sent_again.file is not null as is_of_file_sent_again
    from {{ source('shop', 'purchases') }} as lines
    cross join settings
    cross join line_ids
    left join formats on true
    left join repeats
        on
            lines.file = repeats.file
            and lines.row_number = repeats.row_number
            and hash(lines.line) = repeats.line_hash
    left join files_sent_again on lines.file = files_sent_again.file
),

priced as (
    select
        *,
        units < 0 or is_cancelled as is_back,
        coalesce(given_amount, try_cast(given_unit_price * units as decimal(18, 4))) as total,
        coalesce(given_unit_price, try_cast(given_amount / nullif(units, 0) as decimal(18, 4))) as price
    from cast_lines
),

discounted as (
    select
        *,
        -- exports write what was taken off with either sign; a dearer sale than the list has no discount
        case
            when given_discount is not null then abs(given_discount)
            when given_list_price >= 0 and total is not null
                then try_cast(greatest(given_list_price * abs(units) - abs(total), 0) as decimal(18, 4))
        end as taken_off,
        (given_discount is null and not {{ is_empty('discount') }})
        or (not {{ is_empty('list_price') }} and not coalesce(given_list_price >= 0, false)) as is_discount_unreadable
    from priced
),

recognised as (
    select
        discounted.*,
        guests.id is not null as is_guest,
        {{ is_forgotten('discounted.customer') }} as is_forgotten,
        -- two unknown customers may buy the same, so only lines with an order or a customer are compared
        discounted.order_name is not null
        or (discounted.customer is not null and guests.id is null) as is_of_somebody
    from discounted
    left join guests on discounted.customer = guests.id
),

-- docs/cleaning.md gives the reasons
compared as (
    select
        *,
        (
            duplicate_lines = 'reject'
            and is_in_earlier_file
            and (is_of_somebody or has_line_id or is_of_file_sent_again)
        )
        or (
            duplicate_lines = 'reject'
            and is_again_in_file
            and ((is_of_somebody and counts_units) or has_line_id)
        )
        or (duplicate_lines = 'mapped' and agrees_in_mapped and is_of_somebody) as is_copy
    from recognised
),

judged as (
    select
        *,
        case
            when is_forgotten then 'forgotten'
            when product is null then 'missing_product_id'
            when {{ is_blank('purchased_at') }} then 'missing_purchased_at'
            when bought_at is null and is_day_or_month then 'ambiguous_purchased_at'
            when bought_at is null then 'unreadable_purchased_at'
            when bought_at < earliest_day then 'implausible_purchased_at'
            when bought_at >= as_of + interval 1 day then 'after_as_of'
            when bought_at >= {{ build_started_at() }} + interval 2 day then 'in_the_future'
            -- NaN, infinite or too large for a decimal
            when try_cast(units as decimal(18, 4)) is null then 'unreadable_quantity'
            when units = 0 then 'zero_quantity'
            when
                (given_unit_price is null and not {{ is_empty('unit_price') }})
                or (given_amount is null and not {{ is_empty('amount') }})
                or (total is null and given_unit_price is not null)
                then 'unreadable_price'
            when not is_back and total < 0 then 'negative_price'
            when is_copy then 'duplicate_line'
        end as reject_reason
    from compared
)

select
    judged.file,
    judged.row_number,
    case when not (judged.is_guest or judged.is_forgotten) then judged.customer end as customer_id,
    judged.product as product_id,
    case
        when judged.is_forgotten then concat(judged.file, ' ', judged.row_number)
        when judged.order_name is not null then judged.order_name
        when judged.customer is not null and not judged.is_guest then concat(judged.customer, ' ', judged.bought_at)
        else concat(judged.file, ' ', judged.row_number)
    end as order_id,
    judged.bought_at as purchased_at,
    -- returns have a sign before the quantity, the value, both or neither
    case when judged.is_back then -abs(judged.units) else judged.units end as quantity,
    case when judged.is_back then abs(judged.price) else judged.price end as unit_price,
    case when judged.is_back then -abs(judged.total) else judged.total end as amount,
    case when judged.is_back then -judged.taken_off else judged.taken_off end as discount,
    judged.store as store_id,
    judged.sold_through as channel,
    judged.is_back as is_return,
    coalesce(judged.is_discount_unreadable, false) as is_discount_unreadable,
    coalesce(judged.given_discount < 0 and not judged.is_back, false) as is_discount_negative,
    judged.is_cancelled,
    judged.is_guest,
    not judged.is_copy and (judged.is_again_in_file or judged.is_in_earlier_file) as is_repeated,
    not judged.is_copy and judged.agrees_in_mapped
    and not (judged.is_again_in_file or judged.is_in_earlier_file) as is_alike,
    judged.reject_reason,
    case
        when judged.is_forgotten then '{}'
        when judged.reject_reason is not null
            then json_merge_patch(
                to_json(struct_pack(
                    {% for column in usual %}
                    {{ column }} := judged.{{ column }}{{ ',' if not loop.last }}
                    {% endfor %}
                )),
                -- missing optional columns aren't mentioned
                to_json(struct_pack(
                    {% for column in rare %}
                    {{ column }} := judged.{{ column }}{{ ',' if not loop.last }}
                    {% endfor %}
                ))
            )
    end as row_json
from judged
