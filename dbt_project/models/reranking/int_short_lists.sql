{# Rules that act on popular products alike for all lists that they hold for. #}
{% set of_products = "('exclude', 'require', 'price_min', 'price_max', 'in_stock_only', 'boost', 'bury', 'cap')" %}

with

listed_customers as (select * from {{ ref('int_listed_customers') }}),

list_types as (select * from {{ ref('int_list_types') }} where takes_new),

ranked_candidates as (select * from {{ ref('int_ranked_candidates') }}),

interactions as (select * from {{ ref('int_interactions') }}),

list_rules as (select * from {{ ref('int_list_rules') }}),

proposed_counts as (
    select
        fold,
        list_type,
        customer_key,
        count(*) filter (where not is_beyond_cap) as products,
        max(rank) as last_rank
    from ranked_candidates
    group by fold, list_type, customer_key
),

seen_counts as (
    select
        fold,
        customer_key,
        count(*) as products
    from interactions
    group by fold, customer_key
),

rule_sets as (
    select
        fold,
        list_type,
        customer_key,
        list(rule_key order by rule_key) filter (where action in {{ of_products }}) as rule_keys,
        bool_or(action = 'price_band') as has_price_band
    from list_rules
    group by fold, list_type, customer_key
)

select
    listed_customers.fold,
    list_types.list_type,
    listed_customers.customer_key,
    coalesce(proposed_counts.products, 0) as proposed,
    coalesce(proposed_counts.last_rank, 0) as last_rank,
    coalesce(seen_counts.products, 0) as seen,
    coalesce(rule_sets.rule_keys, cast([] as integer[])) as rule_keys,
    coalesce(rule_sets.has_price_band, false) as has_price_band
from listed_customers
cross join list_types
left join proposed_counts
    on
        listed_customers.fold = proposed_counts.fold
        and listed_customers.customer_key = proposed_counts.customer_key
        and list_types.list_type = proposed_counts.list_type
left join seen_counts
    on listed_customers.fold = seen_counts.fold and listed_customers.customer_key = seen_counts.customer_key
left join rule_sets
    on
        listed_customers.fold = rule_sets.fold
        and listed_customers.customer_key = rule_sets.customer_key
        and list_types.list_type = rule_sets.list_type
where coalesce(proposed_counts.products, 0) < {{ candidates_per_list() }}
