-- The median of what one unit had cost by then; only today's may be the list price. Bands are fifths
-- of these prices within the fold, whatever other folds' prices are.
with

folds as (select * from {{ ref('int_folds') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

products as (select * from {{ ref('int_products') }}),

purchases as (select * from {{ ref('int_purchase_lines') }} where not is_return),

returned_orders as (select * from {{ ref('int_returned_orders') }}),

sales as (
    select
        order_id,
        customer_id,
        product_id,
        min(purchased_at) as sold_at,
        sum(amount) / nullif(cast(sum(cast(quantity as decimal(18, 4))) as double), 0) as unit_price
    from purchases
    group by order_id, customer_id, product_id
    having sum(amount) > 0
),

-- the middle of the sorted prices, by places: the aggregate median spills tens of gigabytes where
-- memory for all of a large shop's prices is short
priced as (
    select
        folds.fold,
        sales.product_id,
        sales.unit_price,
        count(*) as sales
    from folds
    inner join sales on folds.cutoff_at > sales.sold_at
    left join returned_orders
        on
            sales.order_id = returned_orders.order_id
            and sales.customer_id = returned_orders.customer_id
            and sales.product_id = returned_orders.product_id
    where
        {{ kept_at('returned_orders', 'folds.cutoff_at') }}
        and sales.unit_price is not null
    group by folds.fold, sales.product_id, sales.unit_price
),

placed as (
    select
        *,
        sum(sales) over (
            partition by fold, product_id order by unit_price rows unbounded preceding
        ) as last_place,
        sum(sales) over (partition by fold, product_id) as places
    from priced
),

-- of an even number of prices the mean of the two in the middle
paid as (
    select
        fold,
        product_id,
        (
            min(unit_price) filter (where 2 * last_place >= places)
            + min(unit_price) filter (where 2 * last_place > places)
        ) / 2 as price
    from placed
    group by fold, product_id
),

compared as (
    select
        fold_products.fold,
        fold_products.product_id,
        fold_products.price,
        fold_products.price_band,
        case
            when fold_products.price is not null
                then ntile(5) over (
                    partition by fold_products.fold, products.category_code, fold_products.price is not null
                    order by fold_products.price, fold_products.product_key
                )
        end as price_band_by_then,
        case when folds.purpose = 'serve' then coalesce(products.list_price, paid.price) else paid.price end
            as price_by_then
    from fold_products
    left join products on fold_products.product_key = products.product_key
    left join folds on fold_products.fold = folds.fold
    left join paid on fold_products.fold = paid.fold and fold_products.product_id = paid.product_id
)

select * from compared
where
    (price is null) <> (price_by_then is null)
    -- prices have four decimal places
    or abs(price - price_by_then) > 0.0001
    or price_band is distinct from price_band_by_then
