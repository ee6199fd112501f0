with

ranking as (
    select
        *,
        0 as trial
    from {{ ref('int_champion_ranking') }}
),

matches as (
    select
        *,
        0 as trial
    from {{ ref('int_rule_matches') }}
),

variants as (select * from {{ ref('int_product_variants') }}),

list_lengths as (select list_length from {{ ref('stg_settings') }}),

{{ obeying_candidates(candidates_per_list()) }}

select * exclude (trial) from obeying
