{# Places that are looked at, those with most customers, and the customers that a place needs. #}
{% set most_places = 10 %}
{% set least_customers = 30 %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

customer_stores as (select * from {{ ref('int_customer_stores') }}),

stores as (select * from {{ ref('int_stores') }}),

has_regions as (select coalesce(bool_or(region is not null), false) as has_regions from stores),

-- the store where most of a customer's orders are
homes as (
    select
        fold,
        customer_key,
        store_key
    from customer_stores
    qualify row_number() over (partition by fold, customer_key order by store_share desc, store_key asc) = 1
),

placed as (
    select
        folds.fold,
        fold_customers.customer_id,
        case when has_regions.has_regions then 'region' else 'home_store' end as segment_type,
        case when has_regions.has_regions then stores.region else stores.store_id end as segment
    from folds
    inner join fold_customers on folds.fold = fold_customers.fold
    inner join homes
        on fold_customers.fold = homes.fold and fold_customers.customer_key = homes.customer_key
    inner join stores on homes.store_key = stores.store_key
    cross join has_regions
),

largest as (
    select
        fold,
        segment
    from placed
    where segment is not null
    group by fold, segment
    having count(*) >= {{ least_customers }}
    qualify row_number() over (partition by fold order by count(*) desc, segment asc) <= {{ most_places }}
)

select placed.*
from placed
semi join largest on placed.fold = largest.fold and placed.segment = largest.segment
