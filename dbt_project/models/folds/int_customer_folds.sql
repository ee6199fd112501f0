{{ config(materialized='view') }}

-- Of the folds, those whose customers the database holds. Of today's customers nothing is kept but what is
-- served: blocks of them are databases of their own, in which this is today's fold.
with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'serve')

select * from folds
