-- What only stands on a display isn't cheaper for it.
with

promotions as (select * from {{ ref('int_known_promotions') }} where fold = 'serving'),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving')

select
    promotions.product_key,
    promotions.store_keys,
    promotions.discount,
    case
        when promotions.first_day > 0 then cast(folds.cutoff_at as date) + cast(promotions.first_day as integer)
    end as starts, -- noqa: RF04
    promotions.ends
from promotions
cross join folds
where
    promotions.last_day >= 0
    and (promotions.discount > 0 or promotions.is_mailer or not promotions.is_display)
