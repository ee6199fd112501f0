-- Counts are computed again from the cleaned inputs.
with

folds as (select * from {{ ref('int_folds') }}),

new_products as (select * from {{ ref('int_new_products') }}),

lists as (select * from {{ ref('int_new_product_lists') }}),

met as (
    select
        product_id,
        purchased_at as met_at
    from {{ ref('int_purchase_lines') }}
    where not is_return and customer_id is not null
    union all
    select
        product_id,
        rated_at as met_at
    from {{ ref('int_rating_lines') }}
),

shown as (
    select
        fold,
        product_id
    from new_products
    union
    select
        fold,
        product_id
    from lists
)

select
    shown.fold,
    shown.product_id,
    min(met.met_at) as first_met_at
from shown
inner join folds on shown.fold = folds.fold
inner join met on shown.product_id = met.product_id
where met.met_at < folds.cutoff_at
group by shown.fold, shown.product_id
