-- Every line of every input is accepted or rejected, once; what is rejected can be looked up.
{% set inputs = inputs() %}

with

audit as (select * from {{ ref('input_audit') }}),

rejected_rows as (select * from {{ ref('rejected_rows') }}),

lines as (
    {% for input in inputs %}
    select '{{ input }}' as source from {{ source('shop', input) }}
    union all
    {% endfor %}
    select source from {{ source('shop', 'unreadable_lines') }}
),

read as (
    select
        source,
        count(*) as rows
    from lines
    group by source
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
    coalesce(read.source, judged.source, looked_up.source) as source,
    read.rows,
    judged.rows as audited,
    judged.rejected,
    looked_up.rows as looked_up
from read
full join judged on read.source = judged.source
full join looked_up on coalesce(read.source, judged.source) = looked_up.source
where
    coalesce(read.rows, 0) <> coalesce(judged.rows, 0)
    or coalesce(judged.rejected, 0) <> coalesce(looked_up.rows, 0)
