{{ config(materialized='view') }}

-- What stores sold on the last day before each cut-off. No other model joins folds with assortments.
with

folds as (select * from {{ ref('int_folds') }}),

-- a file in which nothing begins is one of today: what it lacks may have been sold before
dated as (select bool_or(starts is not null) as has_starts from {{ ref('int_assortment') }}),

assortment as (
    select
        assortment.product_key,
        assortment.store_key,
        assortment.ends,
        coalesce(
            cast(assortment.starts as timestamp), case when dated.has_starts then timestamp '0001-01-01' end
        ) as known_from
    from {{ ref('int_assortment') }} as assortment
    cross join dated
)

select
    folds.fold,
    assortment.store_key,
    assortment.product_key
from folds
inner join assortment
    on
        {{ known_at('folds', 'assortment.known_from') }}
        and coalesce(assortment.ends >= cast(folds.cutoff_at as date) - 1, true)
