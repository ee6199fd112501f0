{#
  Metrics of all lists together: how much of the catalogue they show, and how much of what was bought
  they found, by how popular it was.
#}

with

fold_customers as (select * from {{ ref('int_fold_customers') }}),

customer_metrics as (select * from {{ ref('int_customer_metrics') }}),

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

held_out as (select * from {{ ref('int_held_out') }}),

list_types as (select * from {{ ref('int_list_types') }}),

-- as everyone in the metrics: those with a history
judged as (
    select distinct
        customer_metrics.fold,
        customer_metrics.recommender,
        customer_metrics.list_type,
        customer_metrics.customer_id,
        customer_metrics.k
    from customer_metrics
    inner join fold_customers
        on customer_metrics.fold = fold_customers.fold and customer_metrics.customer_id = fold_customers.customer_id
),

contests as (
    select
        fold,
        recommender,
        list_type,
        k,
        count(*) as customers
    from judged
    group by fold, recommender, list_type, k
),

-- the most popular fifth of the catalogue, the next one, and the long tail of the other three
bands as (
    select
        fold,
        product_id,
        case ntile(5) over (partition by fold order by customers desc, product_id asc)
            when 1 then 'head'
            when 2 then 'middle'
            else 'tail'
        end as band
    from fold_products
),

shown as (
    select distinct
        judged.fold,
        judged.recommender,
        judged.list_type,
        judged.k,
        ranked_lists.product_id
    from judged
    inner join ranked_lists
        on
            judged.fold = ranked_lists.fold
            and judged.recommender = ranked_lists.recommender
            and judged.list_type = ranked_lists.list_type
            and judged.customer_id = ranked_lists.customer_id
            and judged.k >= ranked_lists.rank
),

catalogues as (
    select
        fold,
        count(*) as products
    from fold_products
    group by fold
),

covered as (
    select
        contests.fold,
        contests.recommender,
        contests.list_type,
        'all' as segment_type,
        'all' as segment,
        'coverage' as metric,
        contests.k,
        count(shown.product_id) / any_value(catalogues.products) as value,
        contests.customers
    from contests
    inner join catalogues on contests.fold = catalogues.fold
    left join shown
        on
            contests.fold = shown.fold
            and contests.recommender = shown.recommender
            and contests.list_type = shown.list_type
            and contests.k = shown.k
    group by contests.fold, contests.recommender, contests.list_type, contests.k, contests.customers
),

found as (
    select
        judged.fold,
        judged.recommender,
        judged.list_type,
        'product_popularity' as segment_type,
        bands.band as segment,
        'recall' as metric,
        judged.k,
        count(ranked_lists.product_id) / count(*) as value,
        count(distinct judged.customer_id) as customers
    from judged
    inner join list_types on judged.list_type = list_types.list_type
    inner join held_out
        on
            judged.fold = held_out.fold
            and judged.customer_id = held_out.customer_id
            and {{ is_relevant('held_out', 'list_types') }}
    inner join bands on held_out.fold = bands.fold and held_out.product_id = bands.product_id
    left join ranked_lists
        on
            judged.fold = ranked_lists.fold
            and judged.recommender = ranked_lists.recommender
            and judged.list_type = ranked_lists.list_type
            and judged.customer_id = ranked_lists.customer_id
            and held_out.product_id = ranked_lists.product_id
            and judged.k >= ranked_lists.rank
    group by judged.fold, judged.recommender, judged.list_type, bands.band, judged.k
),

set_metrics as (
    select * from covered
    union all
    select * from found
)

select * from set_metrics
