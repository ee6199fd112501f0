with

stores as (select * from {{ ref('stg_stores') }} where reject_reason is null),

-- purchases name stores that the store file lacks
ids as (
    select store_id from stores
    union
    select store_id from {{ ref('stg_purchases') }} where reject_reason is null and store_id is not null
),

keyed as (
    select
        cast(row_number() over (order by ids.store_id) as integer) as store_key,
        ids.store_id,
        stores.store_id is not null as is_described,
        stores.region,
        stores.attributes
    from ids
    left join stores on ids.store_id = stores.store_id
)

select * from keyed
