with

settings as (select * from {{ ref('stg_settings') }})

select
    pinned_champion,
    'legal: hybrid, {{ recommenders() | join(", ") }}' as legal_values
from settings
where pinned_champion not in ('hybrid', '{{ recommenders() | join("', '") }}')
