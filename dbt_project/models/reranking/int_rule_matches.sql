with

list_rules as (
    select
        *,
        0 as trial
    from {{ ref('int_list_rules') }}
),

ranking as (select * from {{ ref('int_champion_ranking') }} where fold = 'serving'),

newcomers as (select * from {{ ref('int_newcomers') }}),

rule_products as (select * from {{ ref('int_rule_products') }}),

-- a pinned product need not be among the candidates; most products no rule is about
pool as (
    {% for listed in ['ranking', 'newcomers'] %}
    select
        {{ listed }}.fold,
        {{ listed }}.list_type,
        {{ listed }}.customer_key,
        {{ listed }}.product_key
    from {{ listed }}
    semi join rule_products
        on {{ listed }}.fold = rule_products.fold and {{ listed }}.product_key = rule_products.product_key
    union
    {% endfor %}
    select
        list_rules.fold,
        list_rules.list_type,
        list_rules.customer_key,
        rule_products.product_key
    from list_rules
    inner join rule_products on list_rules.fold = rule_products.fold and list_rules.rule_key = rule_products.rule_key
    where list_rules.action = 'pin'
),

matched as (
    {{ matched_by_rules() }}
)

select * exclude (trial) from matched
