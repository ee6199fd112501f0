with

backtest as (select * from {{ ref('int_demand_backtest') }}),

products as (select * from {{ ref('int_products') }})

select
    {{ run_id() }} as run_id,
    backtest.fold,
    backtest.level,
    products.product_id,
    case
        when backtest.level = 'category' then backtest.item else coalesce(products.category, products.department)
    end as category,
    round(backtest.expected_buyers, 3) as expected_buyers,
    round(backtest.buyers_low, 3) as buyers_low,
    round(backtest.buyers_high, 3) as buyers_high,
    backtest.actual_buyers,
    round(backtest.expected_quantity, 3) as expected_quantity,
    round(backtest.quantity_low, 3) as quantity_low,
    round(backtest.quantity_high, 3) as quantity_high,
    backtest.actual_quantity,
    round(backtest.expected_revenue, 4) as expected_revenue,
    round(backtest.revenue_low, 4) as revenue_low,
    round(backtest.revenue_high, 4) as revenue_high,
    backtest.actual_revenue
from backtest
left join products on backtest.level = 'product' and backtest.item = products.product_id
order by backtest.fold, backtest.level, backtest.actual_buyers desc, backtest.item
