{% set names = ['hybrid'] + recommenders() %}
{% set quoted_names = "'" ~ names | join("', '") ~ "'" %}

with

settings as (select * from {{ ref('stg_settings') }})

select
    pinned_champion,
    [{{ quoted_names }}] as legal_names
from settings
where pinned_champion not in ({{ quoted_names }})
