with

exposures as (select * from {{ ref('int_exposures') }}),

clicks as (
    select count(*) > 0 as are_mapped
    from {{ source('shop', 'mapped_columns') }}
    where input = 'exposures' and column_name = 'clicked_at'
)

select
    min(exposures.shown_at) as known_from,
    any_value(clicks.are_mapped) as has_clicks
from exposures
cross join clicks
having count(*) > 0
