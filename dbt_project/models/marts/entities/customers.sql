with

customers as (select * from {{ ref('int_customers') }}),

rfm as (select * from {{ ref('int_fold_rfm') }} where fold = 'serving'),

described as (
    select
        customers.customer_id,
        coalesce(rfm.segment, 'no purchases') as segment,
        rfm.recency_days,
        coalesce(rfm.orders, 0) as orders,
        rfm.spend,
        rfm.r_score,
        rfm.f_score,
        rfm.m_score,
        rfm.first_purchase_at,
        rfm.last_purchase_at,
        coalesce(rfm.categories, 0) as categories
    from customers
    left join rfm on customers.customer_key = rfm.customer_key
)

select * from described
order by customer_id
