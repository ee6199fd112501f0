with

expected as (select * from {{ ref('int_expected_demand') }} where fold = 'serving'),

expected_buyers as (select * from {{ ref('int_expected_buyers') }} where fold = 'serving'),

products as (select * from {{ ref('int_products') }}),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

of_products as (
    select
        expected.*,
        products.product_id,
        coalesce(products.category, products.department) as category,
        expected_buyers.candidate_buyers,
        -- what is kept of the revenue
        {{ unit_margin('expected.revenue / nullif(expected.quantity, 0)', 'products') }} * expected.quantity as margin,
        products.stock
    from expected
    inner join products on expected.item = products.product_id
    left join expected_buyers on expected.item = expected_buyers.product_id
    where expected.level = 'product'
),

-- of a category as large a share of the revenue is kept as of its products whose margin is known
kept_shares as (
    select
        category,
        {{ exact_sum('margin', 32) }} / nullif({{ exact_sum('revenue', 32) }}, 0) as kept_share
    from of_products
    where margin is not null
    group by category
),

of_categories as (
    select
        expected.*,
        cast(null as varchar) as product_id,
        expected.item as category,
        cast(null as double) as candidate_buyers,
        expected.revenue * kept_shares.kept_share as margin,
        cast(null as double) as stock
    from expected
    left join kept_shares on expected.item = kept_shares.category
    where expected.level = 'category'
),

demand as (
    select * from of_products
    union all
    select * from of_categories
)

select
    {{ run_id() }} as run_id,
    demand.level,
    demand.product_id,
    demand.category,
    cast(folds.cutoff_at as date) as window_from,
    cast(folds.cutoff_at + (settings.label_window_days - 1) * interval 1 day as date) as window_until,
    round(demand.buyers, 3) as expected_buyers,
    round(demand.buyers_low, 3) as buyers_low,
    round(demand.buyers_high, 3) as buyers_high,
    round(demand.candidate_buyers, 3) as candidate_buyers,
    round(demand.quantity, 3) as expected_quantity,
    round(demand.quantity_low, 3) as quantity_low,
    round(demand.quantity_high, 3) as quantity_high,
    round(demand.revenue, 4) as expected_revenue,
    round(demand.revenue_low, 4) as revenue_low,
    round(demand.revenue_high, 4) as revenue_high,
    round(demand.margin, 4) as expected_margin,
    demand.stock,
    demand.stock < demand.quantity as is_short,
    round(demand.stock / nullif(demand.quantity, 0) * settings.label_window_days, 1) as days_of_stock
from demand
cross join folds
cross join settings
order by demand.level, demand.buyers desc, demand.item
