-- Every line of every input is accepted or rejected, once; what is rejected can be looked up.
{% set inputs = ['purchases', 'ratings', 'products', 'customers'] %}

with

audit as (select * from {{ ref('input_audit') }}),

rejected_rows as (select * from {{ ref('rejected_rows') }}),

read as (
    {% for input in inputs %}
    select '{{ input }}' as source, count(*) as rows from {{ source('shop', input) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

judged as (
    select
        source,
        sum(rows) as rows,
        sum(rows) filter (where outcome = 'rejected') as rejected
    from audit
    group by source
),

looked_up as (
    select
        source,
        count(*) as rows
    from rejected_rows
    group by source
)

select
    read.source,
    read.rows,
    judged.rows as audited,
    judged.rejected,
    looked_up.rows as looked_up
from read
left join judged on read.source = judged.source
left join looked_up on read.source = looked_up.source
where
    read.rows <> coalesce(judged.rows, 0)
    or coalesce(judged.rejected, 0) <> coalesce(looked_up.rows, 0)
