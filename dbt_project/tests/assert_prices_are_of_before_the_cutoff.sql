-- The median of what one unit had cost by then; only today's may be the list price.
with

folds as (select * from {{ ref('int_folds') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

purchases as (select * from {{ ref('stg_purchases') }} where reject_reason is null and not is_return),

described as (select * from {{ ref('stg_products') }} where reject_reason is null),

sales as (
    select
        product_id,
        min(purchased_at) as sold_at,
        sum(amount) / nullif(cast(sum(cast(quantity as decimal(18, 4))) as double), 0) as unit_price
    from purchases
    group by order_id, customer_id, product_id
    having sum(amount) > 0
),

paid as (
    select
        folds.fold,
        sales.product_id,
        median(sales.unit_price) as price
    from folds
    inner join sales on folds.cutoff_at > sales.sold_at
    group by folds.fold, sales.product_id
),

compared as (
    select
        fold_products.fold,
        fold_products.product_id,
        fold_products.price,
        case when folds.purpose = 'serve' then coalesce(described.price, paid.price) else paid.price end
            as price_by_then
    from fold_products
    left join folds on fold_products.fold = folds.fold
    left join paid on fold_products.fold = paid.fold and fold_products.product_id = paid.product_id
    left join described on fold_products.product_id = described.product_id
)

select * from compared
where
    (price is null) <> (price_by_then is null)
    -- prices have four decimal places
    or abs(price - price_by_then) > 0.0001
