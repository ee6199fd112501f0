{% set cutoffs = metric_cutoffs() %}

with

judged_lists as (select * from {{ ref('int_judged_lists') }}),

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

held_out as (select * from {{ ref('int_held_out') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }} where in_catalogue and orders > 0),

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
        -- self-information of a purchase of it, in bits
        -log2(fold_products.customers / customers_with_history.customers) as self_information,
        percent_rank() over (partition by fold_products.fold order by fold_products.customers) as percentile
    from fold_products
    inner join customers_with_history on fold_products.fold = customers_with_history.fold
    where fold_products.customers > 0
),

-- no revenue where no purchase of the window has a price
priced as (
    select distinct fold
    from held_out
    where amount is not null
),

lists as (
    select ranked_lists.*
    from ranked_lists
    semi join folds on ranked_lists.fold = folds.fold
),

listed as (
    select
        lists.fold,
        lists.recommender,
        lists.list_type,
        lists.customer_id,
        {% for k in cutoffs %}
        {{ exact_mean('popularity.self_information', 'filter (where lists.rank <= ' ~ k ~ ')') }} as novelty_{{ k }},
        {{ exact_mean('popularity.percentile', 'filter (where lists.rank <= ' ~ k ~ ')') }} as popularity_bias_{{ k }},
        cast(sum(held_out.amount) filter (where lists.rank <= {{ k }}) as double) as revenue_{{ k }},
        {% endfor %}
        count(*) as products
    from lists
    left join popularity on lists.fold = popularity.fold and lists.product_id = popularity.product_id
    left join held_out
        on
            lists.fold = held_out.fold
            and lists.customer_id = held_out.customer_id
            and lists.product_id = held_out.product_id
    group by lists.fold, lists.recommender, lists.list_type, lists.customer_id
),

list_metrics as (
    {% for k in cutoffs %}
    select
        judged_lists.fold,
        judged_lists.recommender,
        judged_lists.list_type,
        judged_lists.customer_id,
        {{ k }} as k,
        listed.novelty_{{ k }} as novelty,
        listed.popularity_bias_{{ k }} as popularity_bias,
        case when priced.fold is not null then coalesce(listed.revenue_{{ k }}, 0) end as revenue
    from judged_lists
    left join priced on judged_lists.fold = priced.fold
    left join listed
        on
            judged_lists.fold = listed.fold
            and judged_lists.recommender = listed.recommender
            and judged_lists.list_type = listed.list_type
            and judged_lists.customer_id = listed.customer_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from list_metrics
