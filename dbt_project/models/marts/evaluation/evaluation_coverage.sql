with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

list_types as (select * from {{ ref('int_list_types') }}),

labels as (select * from {{ ref('int_labels') }}),

interactions as (select * from {{ ref('int_interactions') }} where in_catalogue and orders > 0),

customers as (select * from {{ ref('int_customers') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }} where has_hits),

product_page_metrics as (select * from {{ ref('int_product_page_metrics') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

lists as (
    select
        folds.fold,
        list_types.list_type
    from folds
    cross join list_types
    union all
    select
        folds.fold,
        'product_page' as list_type
    from folds
    cross join counting_unit
    where counting_unit.order_products > 0
),

with_history as (
    select distinct
        interactions.fold,
        customers.customer_id
    from interactions
    inner join customers on interactions.customer_key = customers.customer_key
),

history_counts as (
    select
        fold,
        count(*) as customers
    from with_history
    group by fold
),

-- what was bought in the label window and belongs in a list, in the catalogue or not
wanted as (
    select
        labels.fold,
        list_types.list_type,
        labels.customer_id,
        labels.in_catalogue
    from labels
    inner join list_types on {{ is_relevant('labels', 'list_types') }}
),

purchase_counts as (
    select
        fold,
        list_type,
        count(*) as held_out,
        count(*) filter (where in_catalogue) as in_catalogue
    from wanted
    group by fold, list_type
),

-- customers with a relevant product
finders as (
    select distinct
        fold,
        list_type,
        customer_id
    from wanted
    where in_catalogue
    union
    select distinct
        fold,
        list_type,
        customer_id
    from product_page_metrics
),

finder_counts as (
    select
        finders.fold,
        finders.list_type,
        count(fold_customers.customer_id) as judged,
        count(with_history.customer_id) - count(fold_customers.customer_id) as not_sampled,
        count(*) - count(with_history.customer_id) as without_history
    from finders
    left join with_history
        on finders.fold = with_history.fold and finders.customer_id = with_history.customer_id
    left join fold_customers
        on finders.fold = fold_customers.fold and finders.customer_id = fold_customers.customer_id
    cross join counting_unit
    where finders.list_type <> 'product_page' or not counting_unit.counts_orders
    group by finders.fold, finders.list_type
    union all
    -- where orders are counted instead of customers, nobody has a history
    select
        finders.fold,
        finders.list_type,
        count(*) as judged,
        0 as not_sampled,
        0 as without_history
    from finders
    cross join counting_unit
    where finders.list_type = 'product_page' and counting_unit.counts_orders
    group by finders.fold, finders.list_type
),

coverage as (
    select
        lists.fold,
        lists.list_type,
        case
            when lists.list_type = 'product_page' and counting_unit.counts_orders
                then coalesce(finder_counts.judged, 0)
            else coalesce(history_counts.customers, 0)
        end as customers_with_history,
        coalesce(finder_counts.judged, 0) as customers_judged,
        coalesce(finder_counts.not_sampled, 0) as customers_not_sampled,
        coalesce(finder_counts.without_history, 0) as customers_without_history,
        case when lists.list_type <> 'product_page' then coalesce(purchase_counts.held_out, 0) end as held_out,
        case when lists.list_type <> 'product_page' then coalesce(purchase_counts.in_catalogue, 0) end as in_catalogue
    from lists
    cross join counting_unit
    left join history_counts on lists.fold = history_counts.fold
    left join finder_counts on lists.fold = finder_counts.fold and lists.list_type = finder_counts.list_type
    left join purchase_counts on lists.fold = purchase_counts.fold and lists.list_type = purchase_counts.list_type
)

select
    {{ run_id() }} as run_id,
    fold,
    list_type,
    customers_with_history,
    customers_judged,
    customers_with_history - customers_judged - customers_not_sampled as customers_nothing_to_find,
    customers_not_sampled,
    customers_without_history,
    held_out,
    in_catalogue,
    1 - in_catalogue / nullif(held_out, 0) as share_outside
from coverage
order by fold, list_type
