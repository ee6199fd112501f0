{# Label windows that predict, each with half the weight of the one after it. #}
{% set depth = 6 %}
{# How many label windows back the same is done, to see how far it was off. #}
{% set checked = 6 %}
{% set measures = ['buyers', 'quantity', 'revenue'] %}

with

windows as (select * from {{ ref('int_demand_windows') }} where {{ is_made('fold') }}),

known_events as (select * from {{ ref('int_known_events') }} where {{ is_made('fold') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- label windows between the first day of the shop's data and the cut-off
spans as (
    select
        known_events.fold,
        {{ days_between("date_trunc('day', min(known_events.occurred_at))", 'min(known_events.cutoff_at)') }}
        / any_value(settings.label_window_days) as windows
    from known_events
    cross join settings
    group by known_events.fold
),

-- a window that the data cover in part has part of its weight
weights as (
    select
        spans.fold,
        ages.age,
        backs.back,
        power(0.5, backs.back - ages.age - 1) as weight,
        -- who bought in a few days isn't multiplied: they may be all the customers there are
        greatest(
            1,
            sum(power(0.5, backs.back - ages.age - 1) * least(1, greatest(0, spans.windows - backs.back + 1)))
                over (partition by spans.fold, ages.age)
        ) as total_weight
    from spans
    cross join unnest(range(0, {{ checked + 1 }})) as ages (age)
    cross join unnest(range(1, {{ depth + checked + 1 }})) as backs (back)
    where
        backs.back between ages.age + 1 and ages.age + {{ depth }}
        -- the past is looked at where a whole window came before it
        and (ages.age = 0 or spans.windows >= ages.age + 1)
),

smoothed as (
    select
        windows.fold,
        windows.level,
        windows.item,
        weights.age,
        {% for measure in measures %}
        {{ exact_sum('windows.' ~ measure ~ ' * weights.weight', 38) }} / weights.total_weight as {{ measure }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from windows
    inner join weights on windows.fold = weights.fold and windows.back = weights.back
    group by windows.fold, windows.level, windows.item, weights.age, weights.total_weight
),

trends as (
    select
        smoothed.*,
        {% for measure in measures %}
        case when smoothed.age > 0 then coalesce(sold.{{ measure }}, 0) end as {{ measure }}_sold
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from smoothed
    left join windows as sold
        on
            smoothed.fold = sold.fold
            and smoothed.level = sold.level
            and smoothed.item = sold.item
            and smoothed.age = sold.back
            and smoothed.age > 0
)

select * from trends
{{ and_past_rows() }}
