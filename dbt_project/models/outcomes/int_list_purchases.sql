-- what was bought by who was being served a list, whether it was in the list or not

with

purchases as (select * from {{ ref('int_known_purchases') }} where returned_at is null),

-- every list has a first place
lists as (select * from {{ ref('recommendations_history') }} where rank = 1),

periods as (select * from {{ ref('int_list_periods') }}),

list_purchases as (
    select
        periods.run_number,
        periods.run_id,
        periods.served_from,
        lists.list_type,
        {{ list_arm('periods', 'purchases.customer_id') }} as arm,
        purchases.customer_id,
        purchases.product_id,
        purchases.purchased_at,
        purchases.orders,
        purchases.quantity,
        purchases.revenue
    from purchases
    inner join lists
        on
            purchases.customer_id = lists.customer_id
            and purchases.purchased_at >= lists.served_from
            and (lists.served_until is null or purchases.purchased_at < lists.served_until)
    inner join periods
        on
            purchases.purchased_at >= periods.served_from
            and (periods.served_until is null or purchases.purchased_at < periods.served_until)
)

select * from list_purchases
