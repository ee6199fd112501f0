{% set cutoffs = [5, 10, 20] %}

with

customer_metrics as (select * from {{ ref('int_customer_metrics') }}),

lists as (select * from {{ ref('int_ranked_lists') }}),

held_out as (select * from {{ ref('int_held_out') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }} where in_catalogue and orders > 0),

diversity as (select * from {{ ref('int_list_diversity') }}),

judged as (
    select distinct
        fold,
        recommender,
        list_type,
        customer_id
    from customer_metrics
),

customers_with_history as (
    select
        fold,
        count(distinct customer_key) as customers
    from interactions
    group by fold
),

popularity as (
    select
        fold_products.fold,
        fold_products.product_id,
        -- how surprising it is that a customer bought it, in bits
        -log2(fold_products.customers / customers_with_history.customers) as self_information,
        percent_rank() over (partition by fold_products.fold order by fold_products.customers) as percentile
    from fold_products
    inner join customers_with_history on fold_products.fold = customers_with_history.fold
    where fold_products.customers > 0
),

-- without a single price nobody knows what a hit is worth
priced as (
    select distinct fold
    from held_out
    where amount is not null
),

items as (
    select
        judged.fold,
        judged.recommender,
        judged.list_type,
        judged.customer_id,
        lists.rank,
        popularity.self_information,
        popularity.percentile,
        held_out.amount as revenue
    from judged
    inner join lists
        on
            judged.fold = lists.fold
            and judged.recommender = lists.recommender
            and judged.list_type = lists.list_type
            and judged.customer_id = lists.customer_id
    left join popularity on lists.fold = popularity.fold and lists.product_id = popularity.product_id
    left join held_out
        on
            lists.fold = held_out.fold
            and lists.customer_id = held_out.customer_id
            and lists.product_id = held_out.product_id
),

measured as (
    {% for k in cutoffs %}
    select
        judged.fold,
        judged.recommender,
        judged.list_type,
        judged.customer_id,
        {{ k }} as k,
        {{ exact_sum('items.self_information') }} / count(items.self_information) as novelty,
        {{ exact_sum('items.percentile') }} / count(items.percentile) as popularity_bias,
        case when priced.fold is not null then coalesce(cast(sum(items.revenue) as double), 0) end as revenue
    from judged
    left join priced on judged.fold = priced.fold
    left join items
        on
            judged.fold = items.fold
            and judged.recommender = items.recommender
            and judged.list_type = items.list_type
            and judged.customer_id = items.customer_id
            and items.rank <= {{ k }}
    group by judged.fold, judged.recommender, judged.list_type, judged.customer_id, priced.fold
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

long as (
    unpivot measured
    on novelty, popularity_bias, revenue
    into name metric value value
),

list_metrics as (
    select
        fold,
        recommender,
        list_type,
        customer_id,
        metric,
        k,
        value
    from long
    union all
    select
        diversity.fold,
        diversity.recommender,
        diversity.list_type,
        diversity.customer_id,
        'diversity' as metric,
        diversity.k,
        diversity.value
    from diversity
    inner join judged
        on
            diversity.fold = judged.fold
            and diversity.recommender = judged.recommender
            and diversity.list_type = judged.list_type
            and diversity.customer_id = judged.customer_id
)

select * from list_metrics
