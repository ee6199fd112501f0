{%- set most_categories = 50 %}

with

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

products as (select * from {{ ref('products') }}),

purchases as (select * from {{ ref('purchases') }} where not is_return),

compared_customers as (select * from {{ ref('int_compared_customers') }}),

listed as (
    select * from {{ ref('recommendations') }}
    where customer_id in (select compared_customers.customer_id from compared_customers)
),

bought as (
    select
        purchases.product_id,
        purchases.unit_price
    from purchases
    cross join folds
    cross join settings
    where
        purchases.purchased_at < folds.cutoff_at
        and purchases.purchased_at >= folds.cutoff_at - to_days(settings.label_window_days)
),

binned as (
    select
        'bought_categories' as measure,
        'all' as part,
        coalesce(products.category, '(none)') as bin
    from bought
    left join products on bought.product_id = products.product_id
    union all
    select
        'bought_prices' as measure,
        'all' as part,
        {{ amount_bin('unit_price') }} as bin
    from bought
    union all
    select
        'catalogue_categories' as measure,
        'all' as part,
        coalesce(category, '(none)') as bin
    from products
    where is_recommendable
    union all
    select
        'catalogue_prices' as measure,
        'all' as part,
        {{ amount_bin('price') }} as bin
    from products
    where is_recommendable
    union all
    select
        'listed_categories' as measure,
        listed.list_type as part,
        coalesce(products.category, '(none)') as bin
    from listed
    left join products on listed.product_id = products.product_id
    union all
    select
        'listed_scores' as measure,
        list_type as part,
        {{ amount_bin('coalesce(probability, score)') }} as bin
    from listed
),

counted as (
    select
        measure,
        part,
        bin,
        count(*) as items
    from binned
    where bin is not null
    group by measure, part, bin
),

placed as (
    select
        *,
        row_number() over (partition by measure, part order by items desc, bin asc) as place
    from counted
)

select
    measure,
    part,
    case when place <= {{ most_categories }} then bin else '(others)' end as bin,
    cast(sum(items) as bigint) as items
from placed
group by all
