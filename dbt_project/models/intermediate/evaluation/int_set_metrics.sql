{#
  Metrics of all lists together: how much of the catalogue they show, and how much of what was bought
  they found, by how popular it was.
#}

with

-- as everyone in the metrics: those with a history
judged_lists as (select * from {{ ref('int_judged_lists') }} where has_history),

cutoffs as (
    select k
    from unnest({{ [5, 10, 20] }}) as listed (k)
),

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

held_out as (select * from {{ ref('int_held_out') }}),

list_types as (select * from {{ ref('int_list_types') }}),

contests as (
    select
        judged_lists.fold,
        judged_lists.recommender,
        judged_lists.list_type,
        cutoffs.k,
        count(*) as customers
    from judged_lists
    cross join cutoffs
    group by judged_lists.fold, judged_lists.recommender, judged_lists.list_type, cutoffs.k
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

members as (
    select
        judged_lists.*,
        segments.segment_type,
        segments.segment
    from judged_lists
    inner join segments
        on judged_lists.fold = segments.fold and judged_lists.customer_id = segments.customer_id
),

groups as (
    select
        fold,
        recommender,
        list_type,
        segment_type,
        segment,
        count(*) as customers
    from members
    group by fold, recommender, list_type, segment_type, segment
),

-- where each product stands in the list that shows it first
shown as (
    select
        members.fold,
        members.recommender,
        members.list_type,
        members.segment_type,
        members.segment,
        ranked_lists.product_id,
        min(ranked_lists.rank) as best_rank
    from members
    inner join ranked_lists
        on
            members.fold = ranked_lists.fold
            and members.recommender = ranked_lists.recommender
            and members.list_type = ranked_lists.list_type
            and members.customer_id = ranked_lists.customer_id
    group by
        members.fold, members.recommender, members.list_type, members.segment_type, members.segment,
        ranked_lists.product_id
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
        groups.fold,
        groups.recommender,
        groups.list_type,
        groups.segment_type,
        groups.segment,
        'coverage' as metric,
        cutoffs.k,
        count(shown.product_id) filter (where shown.best_rank <= cutoffs.k) / any_value(catalogues.products) as value,
        groups.customers
    from groups
    cross join cutoffs
    inner join catalogues on groups.fold = catalogues.fold
    left join shown
        on
            groups.fold = shown.fold
            and groups.recommender = shown.recommender
            and groups.list_type = shown.list_type
            and groups.segment_type = shown.segment_type
            and groups.segment = shown.segment
    group by
        groups.fold, groups.recommender, groups.list_type, groups.segment_type, groups.segment, cutoffs.k,
        groups.customers
),

-- where each product that was to be found stands in its customer's list, if it does
sought as (
    select
        judged_lists.fold,
        judged_lists.recommender,
        judged_lists.list_type,
        judged_lists.customer_id,
        bands.band,
        ranked_lists.rank
    from judged_lists
    inner join list_types on judged_lists.list_type = list_types.list_type
    inner join held_out
        on
            judged_lists.fold = held_out.fold
            and judged_lists.customer_id = held_out.customer_id
            and {{ is_relevant('held_out', 'list_types') }}
    inner join bands on held_out.fold = bands.fold and held_out.product_id = bands.product_id
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
        band,
        rank,
        count(*) as products
    from sought
    group by fold, recommender, list_type, band, rank
),

seekers as (
    select
        fold,
        recommender,
        list_type,
        band,
        count(distinct customer_id) as customers
    from sought
    group by fold, recommender, list_type, band
),

found as (
    select
        contests.fold,
        contests.recommender,
        contests.list_type,
        'product_popularity' as segment_type,
        seekers.band as segment,
        'recall' as metric,
        contests.k,
        coalesce(sum(counted.products) filter (where counted.rank <= contests.k), 0) / sum(counted.products) as value,
        seekers.customers
    from contests
    inner join seekers
        on
            contests.fold = seekers.fold
            and contests.recommender = seekers.recommender
            and contests.list_type = seekers.list_type
    inner join counted
        on
            seekers.fold = counted.fold
            and seekers.recommender = counted.recommender
            and seekers.list_type = counted.list_type
            and seekers.band = counted.band
    group by
        contests.fold, contests.recommender, contests.list_type, seekers.band, contests.k, seekers.customers
),

set_metrics as (
    select * from covered
    union all
    select * from found
)

select * from set_metrics
