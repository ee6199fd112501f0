with

customer_stores as (select * from {{ ref('int_customer_stores') }}),

store_assortments as (select * from {{ ref('int_store_assortments') }}),

-- one of whose stores may sell anything
of_any_store as (
    select
        customer_stores.fold,
        customer_stores.customer_key
    from customer_stores
    anti join store_assortments
        on customer_stores.fold = store_assortments.fold and customer_stores.store_key = store_assortments.store_key
)

select distinct
    customer_stores.fold,
    customer_stores.customer_key,
    store_assortments.assortment_key
from customer_stores
inner join store_assortments
    on customer_stores.fold = store_assortments.fold and customer_stores.store_key = store_assortments.store_key
anti join of_any_store
    on customer_stores.fold = of_any_store.fold and customer_stores.customer_key = of_any_store.customer_key
