{% set cutoffs = metric_cutoffs() %}

with

judged_lists as (select * from {{ ref('int_judged_lists') }}),

lists as (select * from {{ ref('int_ranked_lists') }}),

held_out as (select * from {{ ref('int_held_out') }}),

-- a product in a list is a hit if it was bought in the label window: the lists themselves hold
-- only new, only bought, or any products
hits as (
    select
        lists.fold,
        lists.recommender,
        lists.list_type,
        lists.customer_id,
        lists.rank,
        row_number() over (
            partition by lists.fold, lists.recommender, lists.list_type, lists.customer_id order by lists.rank
        ) as hit_number
    from lists
    inner join held_out
        on
            lists.fold = held_out.fold
            and lists.customer_id = held_out.customer_id
            and lists.product_id = held_out.product_id
),

gains as (
    select
        fold,
        recommender,
        list_type,
        customer_id,
        {% for k in cutoffs %}
        count(*) filter (where rank <= {{ k }}) as hits_{{ k }},
        {{ exact_sum('case when rank <= ' ~ k ~ ' then ' ~ gain('rank') ~ ' else 0 end') }} as dcg_{{ k }},
        {{ exact_sum('case when rank <= ' ~ k ~ ' then hit_number / rank else 0 end') }} as precisions_{{ k }},
        {% endfor %}
        min(rank) as first_hit_rank
    from hits
    group by fold, recommender, list_type, customer_id
),

-- the best DCG that n relevant products allow
ideals as (
    {{ ideal_gains(cutoffs | max) }}
),

-- a customer for whom a recommender found nothing counts with zeros
measured as (
    {% for k in cutoffs %}
    select
        judged_lists.fold,
        judged_lists.recommender,
        judged_lists.list_type,
        judged_lists.customer_id,
        {{ k }} as k,
        coalesce(gains.dcg_{{ k }}, 0) / ideals.ideal_dcg as ndcg,
        coalesce(gains.hits_{{ k }}, 0) / {{ k }} as precision,
        coalesce(gains.hits_{{ k }}, 0) / judged_lists.relevant as recall,
        coalesce(gains.precisions_{{ k }}, 0) / least({{ k }}, judged_lists.relevant) as map,
        case when gains.first_hit_rank <= {{ k }} then 1 / gains.first_hit_rank else 0 end as mrr,
        case when gains.first_hit_rank <= {{ k }} then 1.0 else 0.0 end as hit_rate
    from judged_lists
    left join gains
        on
            judged_lists.fold = gains.fold
            and judged_lists.recommender = gains.recommender
            and judged_lists.list_type = gains.list_type
            and judged_lists.customer_id = gains.customer_id
    inner join ideals on least({{ k }}, judged_lists.relevant) = ideals.n
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from measured
