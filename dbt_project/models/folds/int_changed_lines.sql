-- Only a refresh compares: in other builds everything is fitted to the lines as they are.
{% if refreshes() %}
with

serving as (select * from {{ ref('int_folds') }} where fold = 'serving'),

fit as (select max(fitted_until) as fitted_until from {{ fitted('run') }}),

lines as (
    select
        digests.customer_id,
        digests.line_digest,
        digests.happened_at is null or digests.happened_at < fit.fitted_until as was_due,
        1 as lines
    from {{ ref('int_line_digests') }} as digests
    cross join serving
    cross join fit
    where {{ known_at('serving', 'digests.happened_at') }}
    union all
    select
        customer_id,
        line_digest,
        true as was_due,
        -1 as lines
    from {{ fitted('lines') }}
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
{% else %}
-- depends_on: {{ ref('int_folds') }}
-- depends_on: {{ ref('int_line_digests') }}
select
    cast(null as varchar) as customer_id,
    cast(null as boolean) as was_due,
    cast(null as bigint) as added_lines,
    cast(null as bigint) as gone_lines
where false
{% endif %}
