with

shares as (select * from {{ ref('int_run_shares') }}),

shares_before as (
    {{ run_shares_before() }}
),

-- half an item more of each bin, so that none is empty
aligned as (
    select
        coalesce(shares.measure, shares_before.measure) as measure,
        coalesce(shares.part, shares_before.part) as part,
        coalesce(shares.items, 0) + 0.5 as items,
        coalesce(shares_before.items, 0) + 0.5 as items_before
    from shares
    full outer join shares_before
        on
            shares.measure = shares_before.measure
            and shares.part = shares_before.part
            and shares.bin = shares_before.bin
),

totals as (
    select
        *,
        sum(items) over (partition by measure, part) as total_items,
        sum(items_before) over (partition by measure, part) as total_items_before,
        count(*) over (partition by measure, part) as bins
    from aligned
),

-- what both builds have
distances as (
    select
        measure,
        part,
        round(sum(
            (items / total_items - items_before / total_items_before)
            * ln((items / total_items) / (items_before / total_items_before))
        ), 6) as distance,
        -- expected of two samples of the same, and its spread: those of chi-square
        round(any_value((bins - 1) * (1 / total_items + 1 / total_items_before)), 6) as by_chance,
        round(any_value(sqrt(2 * (bins - 1)) * (1 / total_items + 1 / total_items_before)), 6) as noise
    from totals
    group by measure, part
    having sum(items) > 0.5 * count(*) and sum(items_before) > 0.5 * count(*)
)

select * from distances
