with

purchases as (
    select * from {{ ref('stg_purchases') }} where reject_reason is null and not is_return
),

settings as (select * from {{ ref('stg_settings') }}),

counted as (
    select
        quantity,
        count(*) as lines
    from purchases
    group by quantity
),

ranked as (
    select
        quantity,
        sum(lines) over (order by quantity) as lines_up_to,
        sum(lines) over () as all_lines
    from counted
),

percentile as (select min(quantity) as quantity from ranked where lines_up_to >= 0.99 * all_lines)

select
    case when settings.outlier_quantity_factor > 0 then settings.outlier_quantity_factor * percentile.quantity end
        as largest_quantity
from settings
cross join percentile
