with

outcomes as (
    {{ lines_by_outcome() }}
),

by_source as (
    select
        source,
        sum(rows) as lines,
        coalesce(sum(rows) filter (where outcome = 'rejected'), 0) as rejected
    from outcomes
    group by source
),

rejected_for_a_reason as (
    select
        outcomes.source,
        outcomes.reason,
        by_source.lines,
        sum(outcomes.rows) as rejected
    from outcomes
    inner join by_source on outcomes.source = by_source.source
    where outcomes.outcome = 'rejected'
    group by outcomes.source, outcomes.reason, by_source.lines
)

select
    'lines' as measure,
    source as part,
    cast(lines as double) as value,
    cast(lines as double) as items
from by_source

union all

select
    'rejected_share' as measure,
    source as part,
    rejected / lines as value,
    cast(lines as double) as items
from by_source

union all

select
    'rejected_share' as measure,
    concat(source, ': ', reason) as part,
    rejected / lines as value,
    cast(lines as double) as items
from rejected_for_a_reason
