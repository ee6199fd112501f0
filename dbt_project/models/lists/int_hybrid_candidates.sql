{{ config(materialized='view') }}

{{ candidates_of(['fusion', 'hybrid']) }}
