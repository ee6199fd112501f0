{%- set both = ['items', 'items_before'] %}

with

shares as (select * from {{ ref('int_run_shares') }}),

shares_before as (
    {{ run_shares_before() }}
),

aligned as (
    select
        measure,
        part,
        bin,
        {% for items in both %}
        -- a bin that one of them lacks counts as half an item
        coalesce({{ 'shares' if loop.first else 'shares_before' }}.items, 0) + 0.5 as {{ items }}{{ ',' if not loop.last }}
        {% endfor %}
    from shares
    full outer join shares_before using (measure, part, bin)
),

totals as (
    select
        *,
        {% for items in both %}
        sum({{ items }}) over (partition by measure, part) as total_{{ items }},
        {% endfor %}
        count(*) over (partition by measure, part) as bins
    from aligned
),

-- what both builds have
distances as (
    select
        measure,
        part,
        sum(
            (items / total_items - items_before / total_items_before)
            * ln((items / total_items) / (items_before / total_items_before))
        ) as distance,
        -- expected of two samples of the same, and its spread: those of chi-square
        any_value((bins - 1) * (1 / total_items + 1 / total_items_before)) as by_chance,
        any_value(sqrt(2 * (bins - 1)) * (1 / total_items + 1 / total_items_before)) as noise
    from totals
    group by measure, part
    having sum(items) > 0.5 * count(*) and sum(items_before) > 0.5 * count(*)
)

select * from distances
