with

checks as (select * from {{ ref('int_reason_checks') }}),

measured as (
    select
        reason_kind,
        -- what isn't even a candidate any more has lost all of its score
        coalesce(score_without / nullif(score, 0), 0) as share_left,
        -- less by rounding is no less
        coalesce(score_without < score - 1e-6 * abs(score), true) as has_fallen
    from checks
),

counted as (
    select
        reason_kind,
        count(*) as rows,
        count(*) filter (where has_fallen) as fell,
        round({{ exact_mean('1 - share_left') }}, 6) as mean_fall
    from measured
    group by reason_kind
)

select
    {{ run_id() }} as run_id,
    reason_kind,
    rows,
    fell,
    fell / rows as share,
    round({{ wilson_bound('fell', 'rows', -1) }}, 6) as ci_low,
    round({{ wilson_bound('fell', 'rows', 1) }}, 6) as ci_high,
    mean_fall
from counted
order by reason_kind
