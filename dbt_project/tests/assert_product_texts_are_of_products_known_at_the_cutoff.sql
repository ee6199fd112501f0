-- TF-IDF counts documents: a fold's are those of the products it learns from, recounted from the cleaned inputs.
with

folds as (select * from {{ ref('int_folds') }}),

texts as (select * from {{ ref('int_product_texts') }}),

purchases as (select * from {{ ref('int_purchase_lines') }} where not is_return),

ratings as (select * from {{ ref('int_rating_lines') }}),

returned_orders as (select * from {{ ref('int_returned_orders') }}),

excluded as (select * from {{ ref('int_products') }} where is_excluded),

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

sales as (
    select
        order_id,
        customer_id,
        product_id,
        min(purchased_at) as sold_at
    from purchases
    group by order_id, customer_id, product_id
    having coalesce(sum(amount) > 0, true)
    union all
    select
        null as order_id,
        customer_id,
        product_id,
        min(rated_at) as sold_at
    from ratings
    where not exists (select 1 from purchases)
    group by customer_id, product_id
),

counted as (
    select
        folds.fold,
        folds.cutoff_at,
        sales.product_id,
        count(
            distinct case when counting_unit.counts_orders then sales.order_id else sales.customer_id end
        ) as customers,
        max(sales.sold_at) as last_sold_at
    from folds
    inner join sales
        on folds.cutoff_at > sales.sold_at or (folds.purpose = 'serve' and sales.sold_at is null)
    cross join counting_unit
    left join returned_orders
        on
            sales.order_id = returned_orders.order_id
            and sales.customer_id = returned_orders.customer_id
            and sales.product_id = returned_orders.product_id
    where {{ kept_at('returned_orders', 'folds.cutoff_at') }}
    group by folds.fold, folds.cutoff_at, sales.product_id
),

known as (
    select
        counted.fold,
        counted.product_id
    from counted
    cross join settings
    anti join excluded on counted.product_id = excluded.product_id
    where
        counted.customers >= settings.min_customers_per_product
        and (
            settings.sold_within_days = 0
            or counted.last_sold_at is null
            or counted.last_sold_at >= counted.cutoff_at - settings.sold_within_days * interval 1 day
        )
)

select
    coalesce(texts.fold, known.fold) as fold,
    coalesce(texts.product_id, known.product_id) as product_id,
    known.product_id is not null as is_known,
    texts.product_id is not null as has_text
from texts
full outer join known on texts.fold = known.fold and texts.product_id = known.product_id
where texts.product_id is null or known.product_id is null
