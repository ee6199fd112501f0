-- Stores that sell the same products have one assortment, so that what is sold is held once, not per store.
with

known as (select * from {{ ref('int_known_assortment') }} where store_key is not null),

stores as (select * from {{ ref('int_stores') }}),

folds as (select distinct fold from known),

products as (
    select distinct
        fold,
        store_key,
        product_key
    from known
),

digests as (
    select
        fold,
        store_key,
        count(*) as products,
        bit_xor(hash(product_key)) as digest
    from products
    group by fold, store_key
),

own as (
    select
        digests.fold,
        digests.store_key,
        stores.region,
        min(digests.store_key) over (
            partition by digests.fold, digests.products, digests.digest
        ) as assortment_key
    from digests
    inner join stores on digests.store_key = stores.store_key
),

of_regions as (
    select
        fold,
        region,
        -- no store's number
        -min(assortment_key) as assortment_key,
        list(distinct assortment_key order by assortment_key) as sold_by
    from own
    where region is not null
    group by fold, region
),

-- of which nothing is said sells what its region's stores sell
by_region as (
    select
        folds.fold,
        stores.store_key,
        of_regions.assortment_key,
        of_regions.sold_by
    from folds
    cross join stores
    anti join own on folds.fold = own.fold and stores.store_key = own.store_key
    inner join of_regions on folds.fold = of_regions.fold and stores.region = of_regions.region
)

select
    fold,
    store_key,
    assortment_key,
    [assortment_key] as sold_by
from own
union all
select * from by_region
