-- what is compared with the shares of the build before comes first
-- depends_on: {{ ref('int_share_distances') }}
with

shares as (select * from {{ ref('int_run_shares') }})

select
    {{ run_id() }} as run_id,
    measure,
    part,
    bin,
    items,
    items / sum(items) over (partition by measure, part) as share
from shares
order by measure asc, part asc, items desc, bin asc
