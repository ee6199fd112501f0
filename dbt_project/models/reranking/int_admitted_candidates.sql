with

ordered as (
    select
        *,
        0 as trial
    from {{ ref('int_reranked_candidates') }}
    where place is not null
),

newcomers as (
    select
        *,
        0 as trial
    from {{ ref('int_newcomers') }}
),

list_rules as (
    select
        *,
        0 as trial
    from {{ ref('int_list_rules') }}
),

matches as (
    {{ matches_of_today() }}
),

list_lengths as (select list_length from {{ ref('stg_settings') }}),

pins as (
    {{ pins_of_rules() }}
),

{{ admitted_by_rules() }} -- noqa: PRS

select * exclude (trial) from admitted
