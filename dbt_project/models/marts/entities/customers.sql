with

customers as (select * from {{ ref('int_customers') }}),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

unusual_customers as (
    select
        coalesce(merged_customers.merged_into, unusual.customer_id) as customer_id,
        min(unusual.kind) as kind
    from {{ ref('int_unusual_customers') }} as unusual
    left join merged_customers on unusual.customer_id = merged_customers.customer_id
    group by coalesce(merged_customers.merged_into, unusual.customer_id)
),

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
        coalesce(rfm.categories, 0) as categories,
        unusual_customers.kind as unusual_kind
    from customers
    left join rfm on customers.customer_key = rfm.customer_key
    left join unusual_customers on customers.customer_id = unusual_customers.customer_id
)

select * from described
order by customer_id
