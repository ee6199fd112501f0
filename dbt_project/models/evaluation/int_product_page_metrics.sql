{% set cutoffs = product_page_cutoffs() %}

with

counting_unit as (select * from {{ ref('int_counting_unit') }}),

customers as (select * from {{ ref('int_customers') }}),

hits as (select * from {{ ref('int_product_page_hits') }}),

queries as (
    select distinct
        fold,
        buyer_key,
        order_key,
        product_key
    from {{ ref('int_product_page_targets') }}
),

recommenders as (
    select contestants.recommender
    from (values ('bought_together'), ('similar_content'), ('similar_collaborative'), ('popularity'))
        as contestants (recommender)
),

measured as (
    {% for k in cutoffs %}
    select
        queries.fold,
        recommenders.recommender,
        queries.buyer_key,
        {{ k }} as k,
        count(*) filter (where hits.rank <= {{ k }}) / count(*) as value
    from queries
    cross join recommenders
    left join hits
        on
            queries.fold = hits.fold
            and recommenders.recommender = hits.recommender
            and queries.order_key = hits.order_key
            and queries.product_key = hits.product_key
    group by queries.fold, recommenders.recommender, queries.buyer_key
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

customer_metrics as (
    select
        measured.fold,
        measured.recommender,
        'product_page' as list_type,
        coalesce(customers.customer_id, concat('order ', measured.buyer_key)) as customer_id,
        'hit_rate' as metric,
        measured.k,
        measured.value
    from measured
    cross join counting_unit
    left join customers on not counting_unit.counts_orders and measured.buyer_key = customers.customer_key
)

select * from customer_metrics
