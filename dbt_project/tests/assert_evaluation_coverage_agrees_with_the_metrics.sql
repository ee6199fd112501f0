-- Judged customers are those of the metrics. Customers judged and left out add up to all customers, and all
-- purchases of the label window belong to next_basket.
with

coverage as (select * from {{ ref('evaluation_coverage') }}),

metrics as (select * from {{ ref('model_metrics') }} where segment_type = 'all' and metric = 'hit_rate'),

fold_coverage as (select * from {{ ref('int_fold_coverage') }}),

judged as (
    select
        fold,
        list_type,
        max(customers) as customers
    from metrics
    group by fold, list_type
)

select
    coverage.*,
    judged.customers
from coverage
left join judged on coverage.fold = judged.fold and coverage.list_type = judged.list_type
left join fold_coverage on coverage.fold = fold_coverage.fold
where
    judged.customers <> coverage.customers_judged
    or least(coverage.customers_judged, coverage.customers_nothing_to_find, coverage.customers_not_sampled) < 0
    or (coverage.list_type = 'next_basket' and coalesce(fold_coverage.held_out, 0) <> coverage.held_out)
    or (coverage.list_type = 'next_basket' and coalesce(fold_coverage.in_catalogue, 0) <> coverage.in_catalogue)
