{{ config(materialized='view') }}

with

settings as (select * from {{ ref('stg_settings') }}),

-- what every recommender is compared with: the simple ones, and whatever may serve
baselines as (
    {% for name in simple_recommenders() + ['hybrid'] %}
    select '{{ name }}' as recommender
    union
    {% endfor %}
    select pinned_champion as recommender from settings where pinned_champion is not null
)

select recommender from baselines
