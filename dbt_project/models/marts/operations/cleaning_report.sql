with

products as (select * from {{ ref('int_products') }}),

parents as (select * from {{ ref('int_product_parents') }}),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

unusual_customers as (select * from {{ ref('int_unusual_customers') }}),

quantity_limit as (select * from {{ ref('int_quantity_limit') }}),

formats as (select * from {{ ref('stg_formats') }}),

titles as (select * from {{ ref('product_titles') }}),

exposures as (select * from {{ ref('int_exposures') }}),

assortment as (select * from {{ ref('stg_assortment') }} where reject_reason is null),

customers as (select * from {{ ref('int_customers') }}),

stores as (select * from {{ ref('int_stores') }}),

purchases as (
    select
        lines.*,
        products.non_product_kind,
        parents.rule as parent_rule,
        merged_customers.merged_into,
        unusual_customers.kind as unusual_kind,
        quantity_limit.largest_quantity
    from {{ ref('stg_purchases') }} as lines
    left join products on lines.product_id = products.product_id
    left join parents on lines.product_id = parents.product_id
    left join merged_customers on lines.customer_id = merged_customers.customer_id
    left join unusual_customers on lines.customer_id = unusual_customers.customer_id
    left join quantity_limit on true
),

rejected as (
    {% for input in inputs() %}
    select
        '{{ input }}' as source,
        reject_reason as rule_name,
        count(*) as rows,
        arg_min(concat(file, ', row ', row_number), (file, row_number)) as example
    from {{ ref('stg_' ~ input) }}
    where reject_reason is not null
    group by reject_reason
    union all
    {% endfor %}
    select
        source,
        reject_reason as rule_name,
        count(*) as rows,
        arg_min(concat(file, ', row ', row_number), (file, row_number)) as example
    from {{ ref('stg_unreadable_lines') }}
    group by source, reject_reason
),

-- one pass over the lines for all rules; the first line of each is its example
flagged as (
    select unnest({{ counted_rules() }}) as counted
    from purchases
),

counts as (
    select
        source,
        rule_name,
        rows,
        rows as read_rows,
        example
    from rejected

    union all

    select
        'purchases' as source,
        counted.rule_name,
        counted.rows,
        counted.read_rows,
        concat(counted.file, ', row ', counted.row_number) as example
    from flagged

    union all

    select
        input as source,
        'decimal_comma' as rule_name,
        decimal_commas as rows,
        decimal_commas as read_rows,
        null as example
    from formats
    where has_decimal_comma

    union all

    select
        input as source,
        'written_date' as rule_name,
        dmy_dates + mdy_dates + day_or_month_dates as rows,
        dmy_dates + mdy_dates + day_or_month_dates as read_rows,
        date_order as example
    from formats

    union all

    select
        'products' as source,
        'several_titles' as rule_name,
        sum(lines) as rows,
        sum(lines) as read_rows,
        arg_min(concat(product_id, ': ', title), (product_id, title)) as example
    from titles
    where not is_used

    {% for column, is_unreadable in {
        'list_price': 'is_price_unreadable', 'cost': 'is_cost_unreadable', 'margin': 'is_margin_unreadable',
        'stock': 'is_stock_unreadable'
    }.items() %}
    union all

    select
        'products' as source,
        'unreadable_{{ column }}' as rule_name,
        count(*) as rows,
        count(*) as read_rows,
        arg_min(concat(file, ', row ', row_number), (file, row_number)) as example
    from {{ ref('stg_products') }}
    where {{ is_unreadable }} and reject_reason is null
    {% endfor %}

    {% for what in ['customer', 'product'] %}
    union all

    select
        'exposures' as source,
        'of_unknown_{{ what }}' as rule_name,
        count(*) as rows,
        count(*) as read_rows,
        arg_min(
            concat(exposures.file, ', row ', exposures.row_number), (exposures.file, exposures.row_number)
        ) as example
    from exposures
    anti join {{ what }}s on exposures.{{ what }}_id = {{ what }}s.{{ what }}_id
    {% endfor %}

    {% for what in ['product', 'store'] %}
    union all

    select
        'assortment' as source,
        'of_unknown_{{ what }}' as rule_name,
        count(*) as rows,
        count(*) as read_rows,
        arg_min(
            concat(assortment.file, ', row ', assortment.row_number), (assortment.file, assortment.row_number)
        ) as example
    from assortment
    anti join {{ what }}s on assortment.{{ what }}_id = {{ what }}s.{{ what }}_id
    where assortment.{{ what }}_id is not null
    {% endfor %}
),

rules as ({{ listed_rules() }})

select
    rules.source,
    rules.rule_name as rule,
    nullif(rules.setting, '') as setting,
    rules.effect,
    cast(coalesce(counts.rows, 0) as bigint) as rows,
    cast(coalesce(counts.read_rows, 0) as bigint) as read_rows,
    case when counts.rows > 0 then counts.example end as example
from rules
left join counts on rules.source = counts.source and rules.rule_name = counts.rule_name
order by rules.source, rules.place, rules.rule_name
