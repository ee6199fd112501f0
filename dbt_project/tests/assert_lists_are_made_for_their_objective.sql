{{ config(severity='warn') }}

-- without probabilities lists can't be made for revenue or margin: they are as the recommender has them
with

settings as (select * from {{ ref('stg_settings') }}),

models as (select * from {{ ref('int_hybrid_models') }} where fold = 'serving' and model is null)

select
    settings.objective,
    models.why_not
from settings
cross join models
where settings.objective <> 'probability'
