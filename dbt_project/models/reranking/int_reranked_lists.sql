with

admitted as (
    select
        *,
        0 as trial
    from {{ ref('int_admitted_candidates') }}
),

matches as (
    {{ matches_of_today() }}
),

list_lengths as (select list_length from {{ ref('stg_settings') }}),

{{ placed_by_rules() }}

select * exclude (trial) from placed
