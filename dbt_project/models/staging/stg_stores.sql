with

lines as (select * from {{ source('shop', 'stores') }}),

formats as (select * from {{ ref('stg_formats') }} where input = 'stores'),

cast_lines as (
    select
        lines.file,
        lines.row_number,
        {{ clean_id('lines.store_id', 'formats.has_float_store_ids') }} as store_id,
        {{ clean_text('cast(lines.region as varchar)') }} as region,
        lines.attributes,
        to_json(struct_pack(
            store_id := lines.store_id, region := lines.region, attributes := lines.attributes
        )) as row_json
    from lines
    left join formats on true
),

numbered as (
    select
        *,
        row_number() over (partition by store_id order by file, row_number) as line_number
    from cast_lines
),

judged as (
    select
        *,
        case
            when store_id is null then 'missing_store_id'
            when line_number > 1 then 'duplicate_store_id'
        end as reject_reason
    from numbered
)

select
    file,
    row_number,
    store_id,
    region,
    attributes,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from judged
