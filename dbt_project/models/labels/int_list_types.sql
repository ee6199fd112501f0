with

order_products as (select * from {{ ref('int_order_products') }} where customer_key is not null),

customers as (select * from {{ ref('int_customers') }}),

list_types as (
    select
        'discover' as list_type,
        true as takes_new,
        false as takes_bought
    union all
    select
        'buy_again' as list_type,
        false as takes_new,
        true as takes_bought
    union all
    select
        'next_basket' as list_type,
        true as takes_new,
        true as takes_bought
),

-- without customers there are no lists; without purchases there is no `buy_again`
supported as (
    select *
    from list_types
    where
        exists (select 1 from customers)
        and (not takes_bought or exists (select 1 from order_products))
)

select * from supported
