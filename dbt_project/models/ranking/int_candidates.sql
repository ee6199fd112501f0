{{ config(materialized='view') }}

{{ sold_candidates(recommenders()) }}
