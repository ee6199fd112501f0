with

customers as (select * from {{ ref('int_customers') }}),

purchases as (select * from {{ ref('stg_purchases') }} where reject_reason is null),

products as (select * from {{ ref('int_products') }}),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

bought as (
    select
        purchases.customer_id,
        min(purchases.purchased_at) as first_purchase_at,
        max(purchases.purchased_at) as last_purchase_at,
        count(distinct purchases.order_id) as orders,
        count(distinct products.category_code) as categories
    from purchases
    inner join products on purchases.product_id = products.product_id
    where not purchases.is_return
    group by purchases.customer_id
),

spent as (
    select
        customer_id,
        cast(sum(amount) as decimal(18, 2)) as spend
    from purchases
    group by customer_id
),

measured as (
    select
        bought.*,
        spent.spend,
        cast(date_diff('day', bought.last_purchase_at, folds.cutoff_at) as integer) as recency_days
    from bought
    inner join spent on bought.customer_id = spent.customer_id
    cross join folds
),

-- fifths by percent rank, so that equal customers get equal scores
scored as (
    select
        *,
        cast(least(5, 1 + floor(5 * percent_rank() over (order by recency_days desc))) as integer) as r_score,
        cast(least(5, 1 + floor(5 * percent_rank() over (order by orders))) as integer) as f_score,
        case
            when spend is not null
                then cast(
                    least(5, 1 + floor(5 * percent_rank() over (partition by spend is not null order by spend)))
                    as integer
                )
        end as m_score
    from measured
),

segmented as (
    select
        customers.customer_id,
        case
            when scored.customer_id is null then 'no purchases'
            when scored.r_score >= 4 and scored.f_score >= 4 then 'champions'
            when scored.r_score >= 3 and scored.f_score >= 3 then 'loyal'
            when scored.r_score >= 4 then 'promising'
            when scored.r_score = 3 then 'needs attention'
            when scored.f_score >= 4 then 'cannot lose'
            when scored.f_score = 3 then 'at risk'
            else 'hibernating'
        end as segment,
        scored.recency_days,
        coalesce(scored.orders, 0) as orders,
        scored.spend,
        scored.r_score,
        scored.f_score,
        scored.m_score,
        scored.first_purchase_at,
        scored.last_purchase_at,
        coalesce(scored.categories, 0) as categories
    from customers
    left join scored on customers.customer_id = scored.customer_id
)

select * from segmented
order by customer_id
