{{ config(materialized='view') }}

-- The folds whose customers this database holds: the past folds. Today's customers are processed in blocks
-- with databases of their own, in which this is the fold `serving`.
with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'serve')

select * from folds
