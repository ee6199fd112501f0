with

folds as (select * from {{ ref('int_folds') }}),

store_promotions as (select * from {{ ref('int_store_promotions') }} where store_key = 0)

select
    folds.fold,
    coalesce(bool_or(store_promotions.promoted_days_eight_weeks > 0), false) as knows_past,
    coalesce(bool_or(store_promotions.promoted_days_next_window > 0), false) as knows_next
from folds
left join store_promotions on folds.fold = store_promotions.fold
group by folds.fold
