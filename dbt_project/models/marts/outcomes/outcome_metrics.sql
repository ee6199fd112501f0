with

periods as (
    select * from {{ ref('int_list_periods') }}
    -- nothing can have been bought yet of the newest lists, nor ever of lists that were replaced at once; of
    -- others, rows of history may be gone
    where served_until > served_from and run_id not in ({{ runs_too_long_ago() }})
),

served as (select * from {{ ref('int_served_customers') }}),

places as (select * from {{ ref('int_purchase_places') }}),

seen as (select * from {{ ref('int_seen_metrics') }}),

-- of lists that a version without history made it isn't known what was popular
popular as (select distinct run_id from {{ ref('int_popular_at_runs') }}),

bought as (
    select
        run_id,
        list_type,
        arm,
        count(distinct customer_id) as customers_bought,
        sum(orders) as purchases,
        sum(revenue) as revenue
    from places
    group by run_id, list_type, arm
),

ranked as (
    {% for lists, rank in [('served', 'rank'), ('popularity', 'popular_rank'), ('run_before', 'rank_before')] %}
    select
        run_id,
        list_type,
        arm,
        '{{ lists }}' as lists,
        count(distinct customer_id) as observed_customers,
        sum(orders) as observed_hits,
        sum(revenue) as observed_revenue
    from places
    where {{ rank }} is not null
    group by run_id, list_type, arm
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

compared as (
    select
        periods.run_id,
        served.list_type,
        served.arm,
        'served' as lists,
        served.recommender
    from periods
    inner join served on periods.run_id = served.run_id
    union all
    select
        periods.run_id,
        served.list_type,
        served.arm,
        'popularity' as lists,
        'popularity' as recommender
    from periods
    inner join served on periods.run_id = served.run_id
    inner join popular on periods.run_id = popular.run_id
    union all
    select
        periods.run_id,
        served.list_type,
        served.arm,
        'run_before' as lists,
        run_before.recommender
    from periods
    inner join served on periods.run_id = served.run_id
    inner join served as run_before
        on periods.previous_run_id = run_before.run_id and served.list_type = run_before.list_type
    -- who made the lists of this arm, or of all where the run before had no arms
    qualify
        row_number() over (
            partition by periods.run_id, served.list_type, served.arm
            order by run_before.arm = served.arm desc, run_before.arm = 'champion' desc
        ) = 1
)

select
    compared.run_id,
    compared.list_type,
    compared.arm,
    compared.lists,
    compared.recommender,
    periods.served_from,
    periods.served_until,
    cast(served.customers as bigint) as customers_served,
    coalesce(bought.customers_bought, 0) as customers_bought,
    cast(coalesce(bought.purchases, 0) as bigint) as purchases,
    cast(bought.revenue as decimal(18, 4)) as revenue,
    cast(coalesce(ranked.observed_hits, 0) as bigint) as observed_hits,
    coalesce(ranked.observed_customers, 0) as observed_customers,
    coalesce(ranked.observed_customers, 0) / served.customers as observed_hit_rate,
    cast(
        case when bought.revenue is not null then coalesce(ranked.observed_revenue, 0) end as decimal(18, 4)
    ) as observed_revenue,
    {% for column in [
        'exposures', 'exposures_not_listed', 'customers_seen', 'recommendations_seen', 'clicks', 'seen_hits'
    ] %}
    cast(seen.{{ column }} as bigint) as {{ column }},
    {% endfor %}
    seen.clicks / nullif(seen.exposures, 0) as click_rate,
    cast(seen.seen_buyers as bigint) as seen_buyers,
    seen.seen_buyers / nullif(seen.customers_seen, 0) as seen_hit_rate,
    cast(
        case when seen.run_id is not null and bought.revenue is not null then coalesce(seen.seen_revenue, 0) end
        as decimal(18, 4)
    ) as seen_revenue
from compared
inner join periods on compared.run_id = periods.run_id
inner join served
    on compared.run_id = served.run_id and compared.list_type = served.list_type and compared.arm = served.arm
left join bought
    on compared.run_id = bought.run_id and compared.list_type = bought.list_type and compared.arm = bought.arm
left join ranked
    on
        compared.run_id = ranked.run_id
        and compared.list_type = ranked.list_type
        and compared.arm = ranked.arm
        and compared.lists = ranked.lists
-- of lists that weren't served nobody saw anything
left join seen
    on
        compared.run_id = seen.run_id
        and compared.list_type = seen.list_type
        and compared.arm = seen.arm
        and compared.lists = 'served'
order by periods.run_number, compared.list_type, compared.arm, compared.lists
