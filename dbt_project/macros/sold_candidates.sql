{#
  The candidates tables of some recommenders, without what the customers' stores don't sell; ranks close up
  where something is left out.
#}
{% macro sold_candidates(names) -%}
with

proposed as (
    {{ candidates_of(names) }}
),

unsold as (select * from {{ ref('int_unsold_candidates') }}),

-- customers of whom something is left out: the ranks of all others stay as they are
affected as (
    select distinct
        fold,
        customer_key
    from unsold
)

select *
from proposed
anti join affected on proposed.fold = affected.fold and proposed.customer_key = affected.customer_key
union all
select
    proposed.* replace (
        cast(row_number() over (
            partition by proposed.fold, proposed.recommender, proposed.customer_key, proposed.is_new
            order by proposed.rank_in_group
        ) as integer) as rank_in_group
    )
from proposed
semi join affected on proposed.fold = affected.fold and proposed.customer_key = affected.customer_key
anti join unsold
    on
        proposed.fold = unsold.fold
        and proposed.customer_key = unsold.customer_key
        and proposed.product_key = unsold.product_key
{%- endmacro %}
