with

recommendations as (select * from {{ ref('recommendations') }}),

arm_recommenders as (select * from {{ ref('int_arm_recommenders') }}),

list_types as (select * from {{ ref('int_list_types') }}),

-- a control group gets no lists, and a challenger's are no fallback
listed_customers as (
    select
        customers.customer_id,
        coalesce(customer_arms.arm, 'champion') as arm
    from {{ ref('int_customers') }} as customers
    left join {{ ref('int_customer_arms') }} as customer_arms on customers.customer_key = customer_arms.customer_key
    where coalesce(customer_arms.arm, 'champion') <> 'control'
),

customers as (select count(*) as customers from listed_customers),

catalogue as (select count(*) as products from {{ ref('products') }} where is_recommendable),

list_overlaps as (select * from {{ ref('int_list_overlaps') }}),

-- the first place says who made the list: others may have been filled up
reached as (
    select
        recommendations.list_type,
        count(*) as customers,
        count(*) filter (where recommendations.recommender <> arm_recommenders.recommender) as fallbacks
    from recommendations
    inner join listed_customers on recommendations.customer_id = listed_customers.customer_id
    left join arm_recommenders
        on recommendations.list_type = arm_recommenders.list_type and listed_customers.arm = arm_recommenders.arm
    where recommendations.rank = 1
    group by recommendations.list_type
),

-- what a challenger lists says nothing of who serves
listed as (
    select
        recommendations.list_type,
        count(distinct recommendations.product_id) as products
    from recommendations
    inner join listed_customers on recommendations.customer_id = listed_customers.customer_id
    where listed_customers.arm = 'champion'
    group by recommendations.list_type
),

measured as (
    select
        list_types.list_type as part,
        coalesce(listed.products, 0) / nullif(catalogue.products, 0) as coverage,
        1 - coalesce(reached.customers, 0) / nullif(customers.customers, 0) as empty_list_share,
        reached.fallbacks / reached.customers as fallback_share,
        list_overlaps.overlap as list_overlap,
        list_overlaps.rank_overlap as list_rank_overlap,
        catalogue.products as catalogue_products,
        customers.customers,
        reached.customers as reached_customers,
        list_overlaps.customers as compared_customers
    from list_types
    cross join customers
    cross join catalogue
    left join listed on list_types.list_type = listed.list_type
    left join reached on list_types.list_type = reached.list_type
    left join list_overlaps on list_types.list_type = list_overlaps.list_type
)

{% for measure, items in {
    'coverage': 'catalogue_products', 'empty_list_share': 'customers', 'fallback_share': 'reached_customers',
    'list_overlap': 'compared_customers', 'list_rank_overlap': 'compared_customers',
}.items() %}
select
    '{{ measure }}' as measure,
    part,
    cast({{ measure }} as double) as value,
    cast({{ items }} as double) as items
from measured
where {{ measure }} is not null
{{ 'union all' if not loop.last }}
{% endfor %}
