with

lines as (select * from {{ source('shop', 'customers') }}),

cast_lines as (
    select
        file,
        row_number,
        {{ clean_id('customer_id') }} as customer_id,
        attributes,
        to_json(struct_pack(customer_id := customer_id, attributes := attributes)) as row_json
    from lines
),

numbered as (
    select
        *,
        row_number() over (partition by customer_id order by file, row_number) as line_number
    from cast_lines
),

judged as (
    select
        *,
        case
            when customer_id is null then 'missing_customer_id'
            when line_number > 1 then 'duplicate_customer_id'
        end as reject_reason
    from numbered
)

select
    file,
    row_number,
    customer_id,
    attributes,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from judged
