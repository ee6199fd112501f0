{# Rules that act on some products only because others are named. #}
{% set with_all = "('price_min', 'price_max', 'price_band', 'in_stock_only', 'not_bought_within', 'cap')" %}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

rules as (select * from {{ ref('int_dated_rules') }}),

names as (
    select
        *,
        case when column_name like 'other_%' then 2 else 1 end as side
    from {{ ref('int_rule_names') }}
    where column_name in ('product_id', 'category', 'brand', 'attribute_value', 'other_product_id', 'other_category')
),

product_names as (select * from {{ ref('int_product_names') }}),

products as (select * from {{ ref('int_products') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

columns_of_rules as (
    select
        rule_key,
        side,
        count(distinct column_name) as columns_filled
    from names
    group by rule_key, side
),

-- a product must be named in each of the columns that a rule fills in
named as (
    select
        names.rule_key,
        names.side,
        product_names.product_key
    from names
    inner join product_names on names.kind = product_names.kind and names.match_key = product_names.match_key
    inner join columns_of_rules on names.rule_key = columns_of_rules.rule_key and names.side = columns_of_rules.side
    group by names.rule_key, names.side, product_names.product_key
    having count(distinct names.column_name) = max(columns_of_rules.columns_filled)
),

-- what a list may hold, new products and pinned ones included
listable as (
    select
        folds.fold,
        folds.purpose,
        products.product_key,
        products.is_available,
        products.is_excluded,
        coalesce(fold_products.price, case when folds.purpose = 'serve' then products.list_price end) as price
    from folds
    cross join products
    left join fold_products on folds.fold = fold_products.fold and products.product_key = fold_products.product_key
    where
        exists (select 1 from rules)
        and products.recommend_as is null
        and (coalesce(fold_products.in_catalogue, false) or (products.is_available and not products.is_excluded))
),

subjects as (
    select
        listable.*,
        rules.rule_key,
        rules.action,
        rules.value,
        rules.attribute,
        rules.attribute_value,
        named.side
    from listable
    cross join rules
    left join named on rules.rule_key = named.rule_key and listable.product_key = named.product_key
    left join columns_of_rules on rules.rule_key = columns_of_rules.rule_key and columns_of_rules.side = 1
    where
        (rules.action = 'require' and named.side is null)
        or (
            rules.action <> 'require'
            and (named.side is not null or (rules.action in {{ with_all }} and columns_of_rules.rule_key is null))
        )
),

-- one side of what isn't sold together is enough
one_sided as (
    select *
    from subjects
    where
        case
            when action = 'price_min' then coalesce(price < value, true)
            when action = 'price_max' then coalesce(price > value, true)
            -- the past doesn't know today's stock
            when action = 'in_stock_only' then purpose = 'serve' and not is_available
            when action = 'pin' then is_available and not is_excluded
            else true
        end
    qualify row_number() over (partition by fold, rule_key, product_key order by side) = 1
)

select
    one_sided.fold,
    one_sided.rule_key,
    one_sided.action,
    one_sided.value,
    one_sided.product_key,
    cast(one_sided.price as double) as price,
    coalesce(one_sided.side, 1) as side,
    product_names.match_key as group_name
from one_sided
left join product_names
    on
        one_sided.action = 'cap'
        and one_sided.attribute is not null
        and one_sided.attribute_value is null
        and product_names.kind = concat('attribute ', lower(one_sided.attribute))
        and one_sided.product_key = product_names.product_key
where
    one_sided.action <> 'cap'
    or one_sided.attribute is null
    or one_sided.attribute_value is not null
    or product_names.match_key is not null
