with

known as (select * from {{ ref('int_known_assortment') }}),

assortments as (
    select distinct
        fold,
        assortment_key,
        sold_by
    from {{ ref('int_store_assortments') }}
),

parts as (
    select
        fold,
        assortment_key,
        unnest(sold_by) as store_key
    from assortments
)

select
    parts.fold,
    parts.assortment_key,
    known.product_key
from parts
inner join known on parts.fold = known.fold and parts.store_key = known.store_key
union
select
    assortments.fold,
    assortments.assortment_key,
    known.product_key
from assortments
inner join known on assortments.fold = known.fold and known.store_key is null
