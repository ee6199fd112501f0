{{ config(materialized='view') }}

{{ candidates_of(['profile']) }}
