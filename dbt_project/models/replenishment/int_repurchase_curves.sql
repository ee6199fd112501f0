{# Shares of those who come back at all, within six usual intervals, that have come back by then. #}
{% set parts = {'sooner': 0.1, 'expected': 0.5, 'later': 0.9} %}

-- At which step those who have waited until the beginning of a step buy again.
with

hazards as (select * from {{ ref('int_repurchase_hazards') }}),

ends as (
    select
        fold,
        intervals_from,
        max(next_cumulative_hazard) as last_hazard
    from hazards
    group by fold, intervals_from
),

parts as (
    {% for name, part in parts.items() %}
    select
        '{{ name }}' as name,
        {{ part }} as part
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

targets as (
    select
        hazards.fold,
        hazards.intervals_from,
        hazards.step,
        parts.name,
        -ln(
            exp(-hazards.cumulative_hazard)
            - parts.part * (exp(-hazards.cumulative_hazard) - exp(-ends.last_hazard))
        ) as target
    from hazards
    inner join ends on hazards.fold = ends.fold and hazards.intervals_from = ends.intervals_from
    cross join parts
    -- else nobody comes back
    where ends.last_hazard - hazards.cumulative_hazard > 1e-9
),

reached_steps as (
    select
        targets.fold,
        targets.intervals_from,
        targets.step,
        targets.name,
        round(min({{ step_of_hazard('reached', 'targets.target') }}), 9) as reached_step
    from targets
    inner join hazards as reached
        on
            targets.fold = reached.fold
            and targets.intervals_from = reached.intervals_from
            and targets.step <= reached.step
            and targets.target < reached.next_cumulative_hazard
    group by targets.fold, targets.intervals_from, targets.step, targets.name
),

reached as (
    select
        fold,
        intervals_from,
        step,
        {% for name in parts %}
        max(reached_step) filter (where name = '{{ name }}') as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from reached_steps
    group by fold, intervals_from, step
)

select
    hazards.*,
    {% for name in parts %}
    reached.{{ name }},
    -- beyond the step, too, unless nobody comes back then
    coalesce(lead(reached.{{ name }}) over in_order, hazards.step + 1) as next_{{ name }}
    {%- if not loop.last %},{% endif %}
    {% endfor %}
from hazards
left join reached
    on
        hazards.fold = reached.fold
        and hazards.intervals_from = reached.intervals_from
        and hazards.step = reached.step
window in_order as (partition by hazards.fold, hazards.intervals_from order by hazards.step)
