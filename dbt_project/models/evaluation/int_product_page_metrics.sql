{% set cutoffs = [5, 10] %}

with

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

-- a customer's baskets count as one customer, a nameless order for itself
label_events as (
    select
        label_events.*,
        counting_unit.counts_orders,
        case
            when counting_unit.counts_orders then label_events.order_key
            else label_events.customer_key
        end as buyer_key
    from {{ ref('int_label_events') }} as label_events
    cross join counting_unit
    where
        label_events.purpose = 'judge' and (counting_unit.counts_orders or label_events.customer_key is not null)
),

customers as (select * from {{ ref('int_customers') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

pairs as (select * from {{ ref('int_product_pairs') }}),

similar_products as (select * from {{ ref('int_similar_products') }}),

popular as (
    select
        fold,
        product_key,
        row_number() over (partition by fold order by recent_customers desc, tie_order asc) as rank
    from fold_products
),

held_out_baskets as (
    select
        label_events.fold,
        label_events.counts_orders,
        label_events.buyer_key,
        label_events.order_key,
        label_events.product_key,
        fold_products.product_id
    from label_events
    inner join fold_products
        on label_events.fold = fold_products.fold and label_events.product_key = fold_products.product_key
),

-- customers are sampled where lists are judged, orders here
judged_baskets as (
    select
        held_out_baskets.fold,
        held_out_baskets.order_key
    from held_out_baskets
    cross join settings
    group by
        held_out_baskets.fold,
        held_out_baskets.order_key,
        held_out_baskets.counts_orders,
        settings.judged_customers
    having count(*) > 1
    qualify
        not held_out_baskets.counts_orders
        or row_number() over (
            partition by held_out_baskets.fold
            order by md5(cast(held_out_baskets.order_key as varchar)), held_out_baskets.order_key
        ) <= settings.judged_customers
),

-- given one product of a basket, every other one is what its page should have shown
shown as (
    select
        given.fold,
        given.buyer_key,
        given.order_key,
        given.product_key,
        given.product_id,
        other.product_key as other_product_key,
        other.product_id as other_product_id
    from held_out_baskets as given
    inner join held_out_baskets as other
        on
            given.fold = other.fold
            and given.order_key = other.order_key
            and given.product_key <> other.product_key
    inner join judged_baskets
        on given.fold = judged_baskets.fold and given.order_key = judged_baskets.order_key
),

queries as (
    select distinct
        fold,
        buyer_key,
        order_key,
        product_key
    from shown
),

found as (
    select
        shown.fold,
        'bought_together' as recommender,
        shown.order_key,
        shown.product_key,
        pairs.rank
    from shown
    inner join pairs
        on
            shown.fold = pairs.fold
            and shown.product_key = pairs.product_key
            and shown.other_product_key = pairs.other_product_key

    union all

    select
        shown.fold,
        concat('similar_', similar_products.method) as recommender,
        shown.order_key,
        shown.product_key,
        similar_products.rank
    from shown
    inner join similar_products
        on
            shown.fold = similar_products.fold
            and shown.product_id = similar_products.product_id
            and shown.other_product_id = similar_products.similar_product_id

    union all

    select
        shown.fold,
        'popularity' as recommender,
        shown.order_key,
        shown.product_key,
        -- a product isn't shown on its own page: those after it move up
        other.rank - case when given.rank < other.rank then 1 else 0 end as rank
    from shown
    inner join popular as given on shown.fold = given.fold and shown.product_key = given.product_key
    inner join popular as other on shown.fold = other.fold and shown.other_product_key = other.product_key
    where other.rank <= {{ cutoffs | max + 1 }}
),

first_hits as (
    select
        fold,
        recommender,
        order_key,
        product_key,
        min(rank) as rank
    from found
    group by fold, recommender, order_key, product_key
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
        count(*) filter (where first_hits.rank <= {{ k }}) / count(*) as value
    from queries
    cross join recommenders
    left join first_hits
        on
            queries.fold = first_hits.fold
            and recommenders.recommender = first_hits.recommender
            and queries.order_key = first_hits.order_key
            and queries.product_key = first_hits.product_key
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
