{{ config(materialized='view') }}

{{ candidates_of(recommenders()) }}
