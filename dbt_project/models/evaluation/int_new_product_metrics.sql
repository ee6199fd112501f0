{% set cutoffs = metric_cutoffs() %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

new_products as (select * from {{ ref('int_new_products') }}),

lists as (select * from {{ ref('int_new_product_lists') }}),

labels as (select * from {{ ref('int_labels') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

settings as (select * from {{ ref('stg_settings') }} where recommend_new_products > 0),

candidates as (
    select
        new_products.fold,
        count(*) as products
    from new_products
    inner join folds on new_products.fold = folds.fold
    group by new_products.fold
),

-- products first sold within the label window, and where they stood among all that had no sale
sought as (
    select
        labels.fold,
        labels.customer_id,
        lists.rank
    from labels
    cross join settings
    inner join folds on labels.fold = folds.fold
    inner join new_products
        on labels.fold = new_products.fold and labels.product_key = new_products.product_key
    inner join fold_customers
        on labels.fold = fold_customers.fold and labels.customer_key = fold_customers.customer_key
    left join lists
        on
            labels.fold = lists.fold
            and labels.customer_id = lists.customer_id
            and labels.product_id = lists.product_id
),

found as (
    {% for k in cutoffs %}
    select
        sought.fold,
        {{ k }} as k,
        count(*) filter (where sought.rank <= {{ k }}) / count(*) as content,
        -- the recall of a random list
        least(1.0, {{ k }} / any_value(candidates.products)) as chance,
        count(distinct sought.customer_id) as customers
    from sought
    inner join candidates on sought.fold = candidates.fold
    group by sought.fold
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

long as (
    unpivot found
    on content, chance
    into name recommender value value
)

select
    fold,
    recommender,
    'discover' as list_type,
    'product_popularity' as segment_type,
    'cold_product' as segment,
    'recall' as metric,
    k,
    value,
    customers
from long
