with

counted as (
    {{ lines_by_outcome() }}
)

select * from counted
order by source, outcome, reason
