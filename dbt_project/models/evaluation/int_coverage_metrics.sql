{#
  How much of the catalogue all lists of a recommender show together.
#}

with

-- as in the other metrics: customers with a history
judged_lists as (select * from {{ ref('int_judged_lists') }} where has_history),

cutoffs as (
    select k
    from unnest({{ metric_cutoffs() }}) as listed (k)
),

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

-- integer keys for the groups; a list belongs to one group of each segment type
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

-- the best rank of each product among the lists of a group
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
)

select * from covered
