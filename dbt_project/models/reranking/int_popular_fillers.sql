with

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

rule_products as (select * from {{ ref('int_rule_products') }}),

-- lists with the same rules have the same order of popular products
rule_sets as (
    select distinct
        fold,
        rule_keys
    from {{ ref('int_short_lists') }}
),

rules_of_sets as (
    select
        fold,
        rule_keys,
        unnest(rule_keys) as rule_key
    from rule_sets
),

matched as (
    select
        rules_of_sets.rule_keys,
        rule_products.*
    from rules_of_sets
    inner join rule_products
        on rules_of_sets.fold = rule_products.fold and rules_of_sets.rule_key = rule_products.rule_key
),

effects as (
    select
        fold,
        rule_keys,
        product_key,
        bool_or(action not in ('boost', 'bury', 'cap')) as is_dropped,
        round(product(case action when 'boost' then value when 'bury' then 1 / value else 1 end), 9) as boost
    from matched
    group by fold, rule_keys, product_key
),

popular as (
    select
        rule_sets.rule_keys,
        fold_products.fold,
        fold_products.product_key,
        fold_products.recent_customers,
        coalesce(effects.boost, 1) as boost,
        row_number() over (
            partition by fold_products.fold, rule_sets.rule_keys
            order by
                fold_products.recent_customers * coalesce(effects.boost, 1) desc, fold_products.tie_order asc
        ) as popularity_rank
    from rule_sets
    inner join fold_products on rule_sets.fold = fold_products.fold
    left join effects
        on
            rule_sets.fold = effects.fold
            and rule_sets.rule_keys = effects.rule_keys
            and fold_products.product_key = effects.product_key
    where not coalesce(effects.is_dropped, false)
),

-- of what a cap limits, so many fill up lists
capped as (
    select
        popular.fold,
        popular.rule_keys,
        popular.product_key
    from popular
    inner join matched
        on
            popular.fold = matched.fold
            and popular.rule_keys = matched.rule_keys
            and popular.product_key = matched.product_key
            and matched.action = 'cap'
    qualify
        row_number() over (
            partition by popular.fold, popular.rule_keys, matched.rule_key, matched.group_name
            order by popular.popularity_rank
        ) > matched.value
)

select
    popular.fold,
    popular.rule_keys,
    popular.product_key,
    popular.recent_customers,
    popular.boost,
    row_number() over (
        partition by popular.fold, popular.rule_keys order by popular.popularity_rank
    ) as popularity_rank
from popular
anti join capped
    on
        popular.fold = capped.fold
        and popular.rule_keys = capped.rule_keys
        and popular.product_key = capped.product_key
