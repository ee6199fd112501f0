with

folds as (select * from {{ ref('int_folds') }} where {{ is_made('fold') }}),

customers as (select * from {{ ref('int_customers') }}),

-- read three times rather than kept whole
purchases as not materialized (
    select * from {{ ref('int_purchase_lines') }}
    where customer_id is not null and purchased_at is not null
),

products as (select * from {{ ref('int_products') }}),

orders as (
    select
        customer_id,
        order_id,
        min(purchased_at) as ordered_at
    from purchases
    where not is_return
    group by customer_id, order_id
),

ordered as (
    select
        folds.fold,
        folds.cutoff_at,
        orders.customer_id,
        count(*) as orders,
        min(orders.ordered_at) as first_purchase_at,
        max(orders.ordered_at) as last_purchase_at
    from folds
    inner join orders on {{ known_at('folds', 'orders.ordered_at') }}
    group by folds.fold, folds.cutoff_at, orders.customer_id
),

spent as (
    select
        folds.fold,
        purchases.customer_id,
        cast(sum(purchases.amount) as decimal(18, 2)) as spend
    from folds
    inner join purchases on {{ known_at('folds', 'purchases.purchased_at') }}
    group by folds.fold, purchases.customer_id
),

first_in_category as (
    select
        purchases.customer_id,
        products.category_code,
        min(purchases.purchased_at) as bought_from
    from purchases
    inner join products on purchases.product_id = products.product_id
    where not purchases.is_return and products.category_code is not null
    group by purchases.customer_id, products.category_code
),

categories as (
    select
        folds.fold,
        first_in_category.customer_id,
        count(*) as categories
    from folds
    inner join first_in_category on {{ known_at('folds', 'first_in_category.bought_from') }}
    group by folds.fold, first_in_category.customer_id
),

measured as (
    select
        ordered.fold,
        ordered.customer_id,
        ordered.orders,
        ordered.first_purchase_at,
        ordered.last_purchase_at,
        spent.spend,
        coalesce(categories.categories, 0) as categories,
        cast(date_diff('day', ordered.last_purchase_at, ordered.cutoff_at) as integer) as recency_days
    from ordered
    inner join spent on ordered.fold = spent.fold and ordered.customer_id = spent.customer_id
    left join categories on ordered.fold = categories.fold and ordered.customer_id = categories.customer_id
),

scored as (
    select
        *,
        {{ fifth('fold', '-recency_days') }} as r_score,
        {{ fifth('fold', 'orders') }} as f_score,
        case when spend is not null then {{ fifth('fold, spend is not null', 'spend') }} end as m_score
    from measured
),

segmented as (
    select
        scored.*,
        customers.customer_key,
        case
            when scored.r_score >= 4 and scored.f_score >= 4 then 'champions'
            when scored.r_score >= 3 and scored.f_score >= 3 then 'loyal'
            when scored.r_score >= 4 then 'promising'
            when scored.r_score = 3 then 'needs attention'
            when scored.f_score >= 4 then 'cannot lose'
            when scored.f_score = 3 then 'at risk'
            else 'hibernating'
        end as segment
    from scored
    inner join customers on scored.customer_id = customers.customer_id
)

select * from segmented
{{ and_past_rows() }}
