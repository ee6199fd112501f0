-- What rules do to popular products that fill up today's lists. Those that rules keep out are none of them.
with

champion_candidates as (select * from {{ ref('int_champion_candidates') }} where fold = 'serving' and is_filler),

rule_products as (select * from {{ ref('int_rule_products') }}),

list_rules as (
    select
        *,
        0 as trial
    from {{ ref('int_list_rules') }}
),

pool as (
    select
        champion_candidates.fold,
        champion_candidates.list_type,
        champion_candidates.customer_key,
        champion_candidates.product_key
    from champion_candidates
    semi join rule_products
        on
            champion_candidates.fold = rule_products.fold
            and champion_candidates.product_key = rule_products.product_key
),

matched as (
    {{ matched_by_rules() }}
)

select * exclude (trial) from matched
