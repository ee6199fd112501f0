-- What was bought at or after the cut-off would be of an age that isn't above 0.
with

history as (select * from {{ ref('int_category_history') }}),

features as (select * from {{ ref('int_preference_features') }})

select
    fold,
    category,
    days_since_last
from history
where days_since_last <= 0
union all
select
    fold,
    category,
    customer_days_since_last as days_since_last
from features
where customer_days_since_last <= 0
