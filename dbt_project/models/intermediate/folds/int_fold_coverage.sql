with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'serve'),

events as (select * from {{ ref('int_events') }} where customer_key is not null and is_interest),

fold_products as (select * from {{ ref('int_fold_products') }}),

bought_after as (
    select distinct
        folds.fold,
        events.customer_key,
        events.product_key
    from folds
    inner join events
        on folds.cutoff_at <= events.occurred_at and folds.label_until > events.occurred_at
),

coverage as (
    select
        bought_after.fold,
        count(*) as held_out,
        count(*) filter (where fold_products.in_catalogue) as in_catalogue
    from bought_after
    left join fold_products
        on bought_after.fold = fold_products.fold and bought_after.product_key = fold_products.product_key
    group by bought_after.fold
)

select * from coverage
