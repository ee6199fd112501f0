{#
  How much of what was bought all lists of a recommender found together, by what `segment` says of it. `joined` joins
  held_out with the tables that this needs. From `with` on: the model adds its own tables before.
#}
{% macro recall_by_segment(segment_type, segment, joined) %}
-- as in the other metrics: customers with a history
judged_lists as (select * from {{ ref('int_judged_lists') }} where has_history),

cutoffs as (
    select k
    from unnest({{ metric_cutoffs() }}) as listed (k)
),

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

held_out as (select * from {{ ref('int_held_out') }}),

list_types as (select * from {{ ref('int_list_types') }}),

-- the rank of each relevant product in its customer's list; null if it isn't listed
sought as (
    select
        judged_lists.fold,
        judged_lists.recommender,
        judged_lists.list_type,
        judged_lists.customer_id,
        {{ segment }} as segment,
        ranked_lists.rank
    from judged_lists
    inner join list_types on judged_lists.list_type = list_types.list_type
    inner join held_out
        on
            judged_lists.fold = held_out.fold
            and judged_lists.customer_id = held_out.customer_id
            and {{ is_relevant('held_out', 'list_types') }}
    {{ joined }}
    left join ranked_lists
        on
            judged_lists.fold = ranked_lists.fold
            and judged_lists.recommender = ranked_lists.recommender
            and judged_lists.list_type = ranked_lists.list_type
            and judged_lists.customer_id = ranked_lists.customer_id
            and held_out.product_id = ranked_lists.product_id
),

counted as (
    select
        fold,
        recommender,
        list_type,
        segment,
        rank,
        count(*) as products
    from sought
    group by fold, recommender, list_type, segment, rank
),

seekers as (
    select
        fold,
        recommender,
        list_type,
        segment,
        count(distinct customer_id) as customers
    from sought
    group by fold, recommender, list_type, segment
),

found as (
    select
        seekers.fold,
        seekers.recommender,
        seekers.list_type,
        '{{ segment_type }}' as segment_type,
        seekers.segment,
        'recall' as metric,
        cutoffs.k,
        coalesce(sum(counted.products) filter (where counted.rank <= cutoffs.k), 0) / sum(counted.products) as value,
        seekers.customers
    from seekers
    cross join cutoffs
    inner join counted
        on
            seekers.fold = counted.fold
            and seekers.recommender = counted.recommender
            and seekers.list_type = counted.list_type
            and seekers.segment = counted.segment
    group by
        seekers.fold, seekers.recommender, seekers.list_type, seekers.segment, cutoffs.k, seekers.customers
)
{% endmacro %}
