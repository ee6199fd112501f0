-- Each customer's measures are computed again from before the cut-off; customers of one fold are compared.
with

folds as (select * from {{ ref('int_folds') }}),

rfm as (select * from {{ ref('int_fold_rfm') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

purchases as (
    select * from {{ ref('int_purchase_lines') }} where customer_id is not null
),

-- a product's description has no date: it comes from the file, lines or variants
products as (select * from {{ ref('int_products') }} where category is not null),

settings as (select * from {{ ref('stg_settings') }}),

-- amounts per day don't depend on the fold
days as (
    select
        customer_id,
        date_trunc('day', purchased_at) as spent_on,
        sum(amount) as amount
    from purchases
    group by all
),

spent as (
    select
        folds.fold,
        days.customer_id,
        cast(sum(days.amount) as decimal(18, 2)) as spend
    from folds
    inner join days on folds.cutoff_at > days.spent_on
    group by folds.fold, days.customer_id
),

orders as (
    select
        customer_id,
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
        min(orders.ordered_at) as first_at,
        max(orders.ordered_at) as last_at
    from folds
    inner join orders on folds.cutoff_at > orders.ordered_at
    group by folds.fold, folds.cutoff_at, orders.customer_id
),

first_in_category as (
    select
        purchases.customer_id,
        products.category,
        min(purchases.purchased_at) as first_at
    from purchases
    inner join products on purchases.product_id = products.product_id
    where not purchases.is_return
    group by purchases.customer_id, products.category
),

categories as (
    select
        folds.fold,
        first_in_category.customer_id,
        count(*) as categories
    from folds
    inner join first_in_category on folds.cutoff_at > first_in_category.first_at
    group by folds.fold, first_in_category.customer_id
),

known as (
    select
        ordered.*,
        spent.spend,
        coalesce(categories.categories, 0) as categories,
        date_diff('day', ordered.last_at, ordered.cutoff_at) as recency_days,
        count(*) over (partition by ordered.fold) as customers,
        count(*) over (partition by ordered.fold, spent.spend is not null) as spenders,
        row_number() over (
            partition by ordered.fold order by date_diff('day', ordered.last_at, ordered.cutoff_at) desc
        ) as recency_place,
        row_number() over (partition by ordered.fold order by ordered.orders) as orders_place,
        row_number() over (partition by ordered.fold, spent.spend is not null order by spent.spend) as spend_place
    from ordered
    left join spent on ordered.fold = spent.fold and ordered.customer_id = spent.customer_id
    left join categories
        on ordered.fold = categories.fold and ordered.customer_id = categories.customer_id
),

-- equal customers share their mean rank; a single customer is in the middle
scored as (
    select
        *,
        1 + floor(round(coalesce(
            5 * (avg(recency_place) over (partition by fold, recency_days) - 1) / nullif(customers - 1, 0), 2.5
        ), 9)) as recency,
        1 + floor(round(coalesce(
            5 * (avg(orders_place) over (partition by fold, orders) - 1) / nullif(customers - 1, 0), 2.5
        ), 9)) as frequency,
        1 + floor(round(coalesce(
            5 * (avg(spend_place) over (partition by fold, spend) - 1) / nullif(spenders - 1, 0), 2.5
        ), 9)) as monetary
    from known
),

wrong_measures as (
    select
        rfm.fold,
        rfm.customer_id,
        'rfm' as what
    from rfm
    left join scored as known on rfm.fold = known.fold and rfm.customer_id = known.customer_id
    where
        rfm.orders is distinct from known.orders
        or rfm.first_purchase_at is distinct from known.first_at
        or rfm.last_purchase_at is distinct from known.last_at
        or rfm.recency_days is distinct from known.recency_days
        or rfm.spend is distinct from known.spend
        or rfm.categories is distinct from known.categories
        or rfm.r_score is distinct from least(5, known.recency)
        or rfm.f_score is distinct from least(5, known.frequency)
        or (rfm.spend is not null and rfm.m_score is distinct from least(5, known.monetary))
),

-- those of a fold's judged customers who aren't new, in thirds
judged as (
    select
        segments.fold,
        segments.customer_id,
        segments.segment,
        known.first_at >= known.cutoff_at - settings.label_window_days * interval 1 day as is_new,
        percent_rank() over (
            partition by
                segments.fold,
                known.first_at >= known.cutoff_at - settings.label_window_days * interval 1 day
            order by known.orders
        ) as orders_rank
    from segments
    cross join settings
    left join known on segments.fold = known.fold and segments.customer_id = known.customer_id
    where segments.segment_type = 'activity'
),

wrong_activity as (
    select
        fold,
        customer_id,
        'activity' as what
    from judged
    where
        segment is distinct from case
            when is_new then 'new'
            when orders_rank < 1 / 3 then 'light'
            when orders_rank < 2 / 3 then 'medium'
            else 'heavy'
        end
),

wrong_segments as (
    select
        segments.fold,
        segments.customer_id,
        'rfm segment' as what
    from segments
    left join rfm on segments.fold = rfm.fold and segments.customer_id = rfm.customer_id
    where segments.segment_type = 'rfm' and segments.segment is distinct from rfm.segment
)

select * from wrong_measures
union all
select * from wrong_activity
union all
select * from wrong_segments
