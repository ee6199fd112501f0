-- what of each run's lists was seen, and what came of it: of runs since exposures are known

with

exposure_log as (select * from {{ ref('int_exposure_log') }}),

served as (select * from {{ ref('int_served_customers') }}),

list_exposures as (select * from {{ ref('int_list_exposures') }}),

hits as (select * from {{ ref('int_purchase_places') }} where rank is not null and was_seen),

periods as (
    select
        periods.run_id,
        exposure_log.has_clicks
    from {{ ref('int_list_periods') }} as periods
    inner join exposure_log on coalesce(periods.served_until > exposure_log.known_from, true)
),

shown as (
    select
        run_id,
        list_type,
        arm,
        count(*) filter (where is_listed) as exposures,
        count(*) filter (where not is_listed) as exposures_not_listed,
        count(distinct customer_id) filter (where is_listed) as customers_seen,
        count(distinct row(customer_id, product_id)) filter (where is_listed) as recommendations_seen,
        count(clicked_at) filter (where is_listed) as clicks
    from list_exposures
    group by run_id, list_type, arm
),

bought as (
    select
        run_id,
        list_type,
        arm,
        sum(orders) as seen_hits,
        sum(revenue) as seen_revenue
    from hits
    group by run_id, list_type, arm
),

-- among those to whom this run's list was shown: what others bought they had seen in an earlier run's
buyers as (
    select
        hits.run_id,
        hits.list_type,
        hits.arm,
        count(distinct hits.customer_id) as seen_buyers
    from hits
    semi join list_exposures
        on
            hits.run_id = list_exposures.run_id
            and hits.list_type = list_exposures.list_type
            and hits.customer_id = list_exposures.customer_id
            and list_exposures.is_listed
    group by hits.run_id, hits.list_type, hits.arm
)

select
    served.run_id,
    served.list_type,
    served.arm,
    coalesce(shown.exposures, 0) as exposures,
    coalesce(shown.exposures_not_listed, 0) as exposures_not_listed,
    coalesce(shown.customers_seen, 0) as customers_seen,
    coalesce(shown.recommendations_seen, 0) as recommendations_seen,
    case when periods.has_clicks then coalesce(shown.clicks, 0) end as clicks,
    coalesce(bought.seen_hits, 0) as seen_hits,
    coalesce(buyers.seen_buyers, 0) as seen_buyers,
    bought.seen_revenue
from served
inner join periods on served.run_id = periods.run_id
left join shown
    on served.run_id = shown.run_id and served.list_type = shown.list_type and served.arm = shown.arm
left join bought
    on served.run_id = bought.run_id and served.list_type = bought.list_type and served.arm = bought.arm
left join buyers
    on served.run_id = buyers.run_id and served.list_type = buyers.list_type and served.arm = buyers.arm
