-- No assortment of a fold holds a product that only rows of later, or of days that were over, name.
with

folds as (select * from {{ ref('int_folds') }}),

assortment as (select * from {{ ref('int_assortment') }}),

known as (select distinct fold, product_key from {{ ref('int_known_assortment') }}) -- noqa: LT09

select known.*
from known
inner join folds on known.fold = folds.fold
where not exists (
    select 1
    from assortment
    where
        assortment.product_key = known.product_key
        and coalesce(assortment.starts < folds.cutoff_at, true)
        and coalesce(assortment.ends + 1 >= cast(folds.cutoff_at as date), true)
)
