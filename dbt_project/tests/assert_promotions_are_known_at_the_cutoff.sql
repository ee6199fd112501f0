-- Products that a fold takes for promoted, before its cut-off or after it, without a promotion that was planned
-- by then, or, where the shop doesn't say when it was, begins within the horizon.
with

folds as (select * from {{ ref('int_folds') }}),

horizon as (select * from {{ ref('int_promotion_horizon') }}),

promotions as (select * from {{ ref('int_promotions') }}),

store_promotions as (select * from {{ ref('int_store_promotions') }} where store_key = 0),

known as (
    select distinct
        folds.fold,
        promotions.product_key,
        promotions.starts < cast(folds.cutoff_at as date) as has_begun
    from folds
    cross join horizon
    inner join promotions
        on
            case
                when promotions.planned_at is not null then folds.cutoff_at > promotions.planned_at
                else date_diff('day', cast(folds.cutoff_at as date), promotions.starts) < horizon.horizon_days
            end
)

select
    store_promotions.fold,
    store_promotions.product_key
from store_promotions
left join known
    on store_promotions.fold = known.fold and store_promotions.product_key = known.product_key
group by store_promotions.fold, store_promotions.product_key
having
    (max(store_promotions.promoted_days_next_window) > 0 and count(known.product_key) = 0)
    or (
        max(store_promotions.promoted_days_eight_weeks) > 0
        and count(known.product_key) filter (where known.has_begun) = 0
    )
