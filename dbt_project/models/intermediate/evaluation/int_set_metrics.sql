{#
  Metrics of all lists together: how much of the catalogue they show, and how much of what was bought
  they found, by how popular it was.
#}

with

-- as everyone in the metrics: those with a history
judged_lists as (select * from {{ ref('int_judged_lists') }} where has_history),

cutoffs as (
    select k
    from unnest({{ metric_cutoffs() }}) as listed (k)
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

-- numbers instead of names: a list is in a group of each kind
numbered_lists as (
    select
        *,
        row_number() over () as list_number
    from judged_lists
),

groups as (
    select
        numbered_lists.fold,
        numbered_lists.recommender,
        numbered_lists.list_type,
        segments.segment_type,
        segments.segment,
        row_number() over () as group_number,
        list(numbered_lists.list_number) as list_numbers,
        count(*) as customers
    from numbered_lists
    inner join segments
        on numbered_lists.fold = segments.fold and numbered_lists.customer_id = segments.customer_id
    group by
        numbered_lists.fold, numbered_lists.recommender, numbered_lists.list_type, segments.segment_type,
        segments.segment
),

members as (
    select
        group_number,
        unnest(list_numbers) as list_number
    from groups
),

listed as (
    select
        numbered_lists.list_number,
        fold_products.tie_order as product_number,
        ranked_lists.rank
    from numbered_lists
    inner join ranked_lists
        on
            numbered_lists.fold = ranked_lists.fold
            and numbered_lists.recommender = ranked_lists.recommender
            and numbered_lists.list_type = ranked_lists.list_type
            and numbered_lists.customer_id = ranked_lists.customer_id
    inner join fold_products
        on ranked_lists.fold = fold_products.fold and ranked_lists.product_id = fold_products.product_id
),

-- where each product stands in the list that shows it first
shown as (
    select
        members.group_number,
        listed.product_number,
        min(listed.rank) as best_rank
    from members
    inner join listed on members.list_number = listed.list_number
    group by members.group_number, listed.product_number
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
        count(*) filter (where shown.best_rank <= cutoffs.k) / any_value(catalogues.products) as value,
        any_value(groups.customers) as customers
    from groups
    cross join cutoffs
    inner join catalogues on groups.fold = catalogues.fold
    left join shown on groups.group_number = shown.group_number
    group by
        groups.fold, groups.recommender, groups.list_type, groups.segment_type, groups.segment, cutoffs.k
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
