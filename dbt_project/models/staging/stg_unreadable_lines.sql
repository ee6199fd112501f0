with

lines as (select * from {{ source('shop', 'unreadable_lines') }})

select
    source,
    file,
    row_number,
    reason as reject_reason,
    row_json
from lines
