with

order_products as (select * from {{ ref('int_order_products') }}),

list_types as (
    select * from (values ('discover', true, false), ('buy_again', false, true), ('next_basket', true, true))
        as kinds (list_type, takes_new, takes_bought)
),

-- without purchases there is nothing to buy again
supported as (
    select *
    from list_types
    where not takes_bought or exists (select 1 from order_products)
)

select * from supported
