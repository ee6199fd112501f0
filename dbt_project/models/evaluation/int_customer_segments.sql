{# Customers with at most so many orders are `cool`. #}
{% set most_orders_of_cool = 2 %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

cold_customers as (select * from {{ ref('int_cold_customers') }} where has_hits),

rfm as (select * from {{ ref('int_fold_rfm') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- where purchases name no customers, orders are counted instead
judged_orders as (
    select distinct
        pages.fold,
        pages.customer_id
    from {{ ref('int_product_page_metrics') }} as pages
    inner join {{ ref('int_counting_unit') }} as counting_unit on counting_unit.counts_orders
),

judged as (
    select
        folds.fold,
        folds.cutoff_at,
        fold_customers.customer_id,
        rfm.segment,
        rfm.orders,
        rfm.first_purchase_at >= folds.cutoff_at - settings.label_window_days * interval 1 day as is_new_customer
    from folds
    inner join fold_customers on folds.fold = fold_customers.fold
    cross join settings
    left join rfm on fold_customers.fold = rfm.fold and fold_customers.customer_id = rfm.customer_id
),

-- customers who aren't new, in thirds by orders; customers with equal orders are in the same third
ranked as (
    select
        *,
        percent_rank() over (partition by fold, is_new_customer order by orders) as orders_rank
    from judged
),

segments as (
    select
        fold,
        customer_id,
        'all' as segment_type,
        'all' as segment
    from ranked
    union all
    select
        fold,
        customer_id,
        'activity' as segment_type,
        case
            when is_new_customer then 'new'
            when orders_rank < 1 / 3 then 'light'
            when orders_rank < 2 / 3 then 'medium'
            else 'heavy'
        end as segment
    from ranked
    where orders is not null
    union all
    select
        fold,
        customer_id,
        'rfm' as segment_type,
        segment
    from ranked
    where segment is not null
    union all
    select
        fold,
        customer_id,
        'history' as segment_type,
        case when orders <= {{ most_orders_of_cool }} then 'cool' else 'warm' end as segment
    from ranked
    where orders is not null
    union all
    select
        cold_customers.fold,
        cold_customers.customer_id,
        'history' as segment_type,
        'cold' as segment
    from cold_customers
    inner join folds on cold_customers.fold = folds.fold
    union all
    select
        fold,
        customer_id,
        'all' as segment_type,
        'all' as segment
    from judged_orders
    union all
    select * from {{ ref('int_place_segments') }}
)

select * from segments
