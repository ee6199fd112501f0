with

lines as (select * from {{ ref('int_purchase_lines') }} where store_id is not null),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

windows as (
    select
        folds.cutoff_at,
        folds.cutoff_at - settings.popularity_window_days * interval 1 day as recent_since,
        case
            when settings.sold_within_days > 0 then folds.cutoff_at - settings.sold_within_days * interval 1 day
        end as sold_since
    from folds
    cross join settings
),

store_customers as (
    select
        lines.store_id,
        count(distinct lines.customer_id) as recent_customers
    from lines
    cross join windows
    where not lines.is_return and lines.purchased_at >= windows.recent_since
    group by lines.store_id
),

-- returns take their money and units off
sold as (
    select
        lines.product_id,
        lines.store_id,
        count(distinct lines.customer_id) filter (where not lines.is_return) as customers,
        count(distinct lines.customer_id) filter (
            where not lines.is_return and lines.purchased_at >= windows.recent_since
        ) as recent_customers,
        sum(cast(lines.quantity as decimal(18, 4))) as units,
        sum(lines.amount) as revenue,
        min(lines.purchased_at) filter (where not lines.is_return) as first_purchase_at,
        max(lines.purchased_at) filter (where not lines.is_return) as last_purchase_at
    from lines
    cross join windows
    group by lines.product_id, lines.store_id, windows.sold_since
    -- pairs that are still sold, so that a chain's table doesn't grow with every year
    having
        max(lines.purchased_at) filter (where not lines.is_return)
        >= coalesce(windows.sold_since, max(lines.purchased_at) filter (where not lines.is_return))
)

select
    sold.product_id,
    sold.store_id,
    sold.customers,
    sold.recent_customers,
    sold.recent_customers / nullif(store_customers.recent_customers, 0) as recent_customer_share,
    cast(sold.units as double) as units,
    cast(sold.revenue as decimal(18, 4)) as revenue,
    sold.first_purchase_at,
    sold.last_purchase_at
from sold
left join store_customers on sold.store_id = store_customers.store_id
order by sold.store_id, sold.product_id
