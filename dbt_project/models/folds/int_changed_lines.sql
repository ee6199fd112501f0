-- A build that fits has nothing to compare with, and compares nothing.
with

serving as (select * from {{ ref('int_folds') }} where fold = 'serving'),

digests as (select * from {{ ref('int_line_digests') }}),

fit as (select max(fitted_until) as fitted_until from {{ fitted('run') }}),

fitted_lines as (select * from {{ fitted('lines') }}),

lines as (
    select
        digests.customer_id,
        digests.line_digest,
        digests.happened_at is null or digests.happened_at < fit.fitted_until as was_due,
        1 as lines
    from digests
    cross join serving
    inner join fit on fit.fitted_until is not null
    where {{ known_at('serving', 'digests.happened_at') }}
    union all
    select
        customer_id,
        line_digest,
        true as was_due,
        -1 as lines
    from fitted_lines
),

compared as (
    select
        customer_id,
        was_due,
        line_digest,
        sum(lines) as lines
    from lines
    group by customer_id, was_due, line_digest
),

changed as (
    select
        customer_id,
        was_due,
        cast(coalesce(sum(lines) filter (where lines > 0), 0) as bigint) as added_lines,
        cast(coalesce(-sum(lines) filter (where lines < 0), 0) as bigint) as gone_lines
    from compared
    where lines <> 0
    group by customer_id, was_due
)

select * from changed
