with

customer_metrics as (select * from {{ ref('int_customer_metrics') }}),

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

averaged as (
    select
        fold,
        recommender,
        list_type,
        metric,
        k,
        {{ exact_sum('value') }} / count(*) as value,
        -- standard error of the mean over customers
        round(stddev_samp(value) / sqrt(count(*)), 12) as standard_error,
        count(*) as customers
    from customer_metrics
    group by fold, recommender, list_type, metric, k
),

judged as (
    select distinct
        fold,
        recommender,
        list_type,
        k,
        customers
    from averaged
),

catalogue as (
    select
        fold,
        count(*) as products
    from fold_products
    group by fold
),

covered as (
    select
        judged.fold,
        judged.recommender,
        judged.list_type,
        'coverage' as metric,
        judged.k,
        count(distinct ranked_lists.product_id) / catalogue.products as value,
        cast(null as double) as standard_error,
        judged.customers
    from judged
    inner join folds on judged.fold = folds.fold
    inner join catalogue on judged.fold = catalogue.fold
    inner join ranked_lists
        on
            judged.fold = ranked_lists.fold
            and judged.recommender = ranked_lists.recommender
            and judged.list_type = ranked_lists.list_type
            and judged.k >= ranked_lists.rank
    group by judged.fold, judged.recommender, judged.list_type, judged.k, judged.customers, catalogue.products
),

metrics as (
    select * from averaged
    union all
    select * from covered
)

select
    {{ run_id() }} as run_id,
    fold,
    recommender,
    list_type,
    'all' as segment_type,
    'all' as segment,
    metric,
    cast(k as integer) as k,
    value,
    value - 1.96 * standard_error as ci_low,
    value + 1.96 * standard_error as ci_high,
    customers
from metrics
order by fold, list_type, metric, k, recommender
