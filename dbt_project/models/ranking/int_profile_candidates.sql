{{ config(materialized='view') }}

{{ sold_candidates(['profile']) }}
