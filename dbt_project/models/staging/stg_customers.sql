with

lines as (select * from {{ source('shop', 'customers') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'customers'),

guests as (select id from {{ source('shop', 'listed_ids') }} where list = 'guest_ids'),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.customer_id', 'formats.has_float_customer_ids') }} as customer_id,
        {{ clean_id('lines.merged_into', 'formats.has_float_merged_into') }} as merged_into,
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
        {{ is_forgotten('customer_id') }} as is_forgotten,
        row_number() over (partition by customer_id order by file, row_number) as line_number
    from cast_lines
),

judged as (
    select
        numbered.*,
        case
            when numbered.is_forgotten then 'forgotten'
            when numbered.customer_id is null then 'missing_customer_id'
            when guests.id is not null then 'guest_customer'
            when numbered.line_number > 1 then 'duplicate_customer_id'
        end as reject_reason
    from numbered
    left join guests on numbered.customer_id = guests.id
)

select
    file,
    row_number,
    case when not is_forgotten then customer_id end as customer_id,
    -- nobody is merged into a guest, who is no single customer, nor into who was forgotten
    case
        when
            not is_forgotten
            and merged_into not in (select guests.id from guests)
            and not {{ is_forgotten('merged_into') }}
            then merged_into
    end as merged_into,
    case when not is_forgotten then attributes else [] end as attributes,
    reject_reason,
    case
        when is_forgotten then '{}'
        when reject_reason is not null then row_json
    end as row_json
from judged
