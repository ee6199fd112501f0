with

lines as (select * from {{ source('shop', 'customers') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'customers'),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.customer_id', 'formats.has_float_customer_ids') }} as customer_id,
        {{ clean_id('lines.merged_into', 'formats.has_float_customer_ids') }} as merged_into,
        lines.attributes,
        to_json(struct_pack(
            customer_id := lines.customer_id, merged_into := lines.merged_into, attributes := lines.attributes
        )) as row_json
    from lines
    left join formats on true
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
    merged_into,
    attributes,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from judged
