{{ config(materialized='view') }}

with

settings as (select * from {{ ref('stg_settings') }}),

-- every recommender is compared with the simple ones and with those that may serve
baselines as (
    {% for name in simple_recommenders() + ['hybrid'] %}
    select '{{ name }}' as recommender
    union
    {% endfor %}
    select pinned_champion as recommender from settings where pinned_champion is not null
)

select recommender from baselines
