{{ config(materialized='view') }}

with

champions as (select * from {{ ref('int_champions') }}),

settings as (select * from {{ ref('stg_settings') }} where challenger_share > 0)

select
    champions.list_type,
    'champion' as arm,
    champions.recommender
from champions
union all
select
    champions.list_type,
    'challenger' as arm,
    settings.challenger as recommender
from champions
cross join settings
