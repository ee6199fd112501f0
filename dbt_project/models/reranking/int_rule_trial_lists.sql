{# Lists that are made anew for rules, about: many rules are tried on fewer customers, at least on `fewest`. #}
{% set most = 20000 %}
{% set fewest = 500 %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

customers as (select * from {{ ref('int_customers') }}),

list_types as (select * from {{ ref('int_list_types') }}),

rules as (select * from {{ ref('int_dated_rules') }}),

judged_customers as (
    select
        fold_customers.fold,
        fold_customers.customer_key,
        row_number() over (
            partition by fold_customers.fold order by customers.customer_hash, customers.customer_key
        ) as sample_number
    from {{ ref('int_fold_customers') }} as fold_customers
    inner join folds on fold_customers.fold = folds.fold
    inner join customers on fold_customers.customer_key = customers.customer_key
    where fold_customers.has_hits and exists (select 1 from rules)
),

sampled as (
    select
        fold,
        customer_key
    from judged_customers
    where sample_number <= (select greatest({{ fewest }}, {{ most }} // greatest(count(*), 1)) from rules)
)

select
    sampled.fold,
    list_types.list_type,
    sampled.customer_key
from sampled
cross join list_types
