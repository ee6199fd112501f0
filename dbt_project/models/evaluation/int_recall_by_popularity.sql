{#
  How much of what was bought all lists of a recommender found together, by how popular it was.
#}

with

-- as in the other metrics: customers with a history
judged_lists as (select * from {{ ref('int_judged_lists') }} where has_history),

cutoffs as (
    select k
    from unnest({{ metric_cutoffs() }}) as listed (k)
),

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

held_out as (select * from {{ ref('int_held_out') }}),

list_types as (select * from {{ ref('int_list_types') }}),

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

-- the rank of each relevant product in its customer's list; null if it isn't listed
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
        seekers.fold,
        seekers.recommender,
        seekers.list_type,
        'product_popularity' as segment_type,
        seekers.band as segment,
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
            and seekers.band = counted.band
    group by
        seekers.fold, seekers.recommender, seekers.list_type, seekers.band, cutoffs.k, seekers.customers
)

select * from found
