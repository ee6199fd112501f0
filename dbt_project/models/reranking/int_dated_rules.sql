with

rules as (select * from {{ ref('int_rules') }}),

today as (
    select cast(cutoff_at - interval 1 day as date) as last_day
    from {{ ref('int_folds') }}
    where purpose = 'serve'
),

products as (select * from {{ ref('int_products') }}),

names as (select * from {{ ref('int_rule_names') }}),

list_types as (select * from {{ ref('int_list_types') }}),

-- products that a pin can't place, as no list may have them
pinned as (
    select
        names.rule_key,
        bool_and(products.is_excluded) as is_excluded,
        bool_and(not products.is_available) as is_out_of_stock
    from names
    inner join {{ ref('int_product_names') }} as product_names
        on names.kind = product_names.kind and names.match_key = product_names.match_key
    inner join products on product_names.product_key = products.product_key
    where names.column_name = 'product_id'
    group by names.rule_key
),

listed as (
    select
        names.rule_key,
        count(list_types.list_type) as lists
    from names
    left join list_types on names.match_key = list_types.list_type
    where names.column_name = 'list_type'
    group by names.rule_key
),

reasoned as (
    select
        rules.*,
        case
            when rules.starts > today.last_day then concat('starts on ', rules.starts)
            when rules.ends < today.last_day then concat('ended on ', rules.ends)
            when listed.lists = 0 then 'this shop has no such list'
            when rules.action = 'pin' and pinned.is_excluded then 'the shop excludes its product'
            when rules.action = 'pin' and pinned.is_out_of_stock then 'its product is not available'
        end as why_not_active
    from rules
    cross join today
    left join pinned on rules.rule_key = pinned.rule_key
    left join listed on rules.rule_key = listed.rule_key
)

select
    *,
    why_not_active is null as is_active
from reasoned
