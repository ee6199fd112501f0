with

purchases as (select * from {{ ref('int_purchase_lines') }} where customer_id is not null),

returns as (
    select
        customer_id,
        product_id,
        purchased_at as moved_at,
        cast(null as varchar) as order_id,
        true as is_return,
        sum(cast(quantity as decimal(18, 4))) as units
    from purchases
    where is_return
    group by customer_id, product_id, purchased_at
),

-- only pairs of customer and product with a return
orders as (
    select
        purchases.customer_id,
        purchases.product_id,
        min(purchases.purchased_at) as moved_at,
        purchases.order_id,
        false as is_return,
        sum(cast(purchases.quantity as decimal(18, 4))) as units
    from purchases
    semi join returns
        on purchases.customer_id = returns.customer_id and purchases.product_id = returns.product_id
    where not purchases.is_return
    group by purchases.order_id, purchases.customer_id, purchases.product_id
),

moves as (
    select * from returns
    union all
    select * from orders
),

-- at the same moment, purchases come before returns
numbered as (
    select
        *,
        row_number() over moves_of_pair as move_number,
        sum(units) over moves_of_pair as balance
    from moves
    window moves_of_pair as (
        partition by customer_id, product_id
        order by moved_at asc, is_return asc, order_id asc
        rows unbounded preceding
    )
),

-- units held after each line; a return of more units belongs to purchases before the data begins
held as (
    select
        *,
        balance - least(0, min(balance) over (
            partition by customer_id, product_id order by move_number rows unbounded preceding
        )) as units_held
    from numbered
),

-- a return cancels the latest purchases first: an order is returned once the units held are at most
-- those before it
returned as (
    select
        held.order_id,
        held.customer_id,
        held.product_id,
        min(later.moved_at) as returned_at
    from held
    inner join held as later
        on
            held.customer_id = later.customer_id
            and held.product_id = later.product_id
            and held.move_number < later.move_number
            and held.units_held - held.units >= later.units_held
    where not held.is_return
    group by held.order_id, held.customer_id, held.product_id
)

select * from returned
