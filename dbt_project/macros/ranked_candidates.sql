{#
  What ends a recommender in SQL: ranks the rows of a CTE called `scored` (fold, customer_key, product_key,
  score, is_new) per customer, among the new products and among those bought before, and keeps the first
  ones. Ties go to the product with the lower `tie_order`.
#}
{% macro ranked_candidates() -%}
ranked as (
    select
        scored.fold,
        scored.customer_key,
        scored.product_key,
        scored.score,
        scored.is_new,
        cast(row_number() over (
            partition by scored.fold, scored.customer_key, scored.is_new
            order by scored.score desc, products_in_order.tie_order asc
        ) as integer) as rank_in_group
    from scored
    inner join {{ ref('int_fold_products') }} as products_in_order
        on scored.fold = products_in_order.fold and scored.product_key = products_in_order.product_key
),

best as (
    select ranked.*
    from ranked
    cross join {{ ref('stg_settings') }} as limits
    where ranked.rank_in_group <= limits.candidates_per_customer
)
{%- endmacro %}
