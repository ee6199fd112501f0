{#
  The candidates tables of some recommenders, one below the other, ranked per customer among the new
  and among the bought products. Ties go to the product with the lower `tie_order`.
#}
{% macro ranked_candidates(names) -%}
with

fold_products as (select * from {{ ref('int_fold_products') }}),

candidates as (
    {% for name in names %}
    select
        fold,
        '{{ name }}' as recommender,
        customer_id,
        product_id,
        score,
        is_new
    from {{ ref('rec_' ~ name) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    select
        candidates.fold,
        candidates.recommender,
        candidates.customer_id,
        candidates.product_id,
        candidates.score,
        candidates.is_new,
        fold_products.tie_order,
        row_number() over (
            partition by candidates.fold, candidates.recommender, candidates.customer_id, candidates.is_new
            order by candidates.score desc, fold_products.tie_order
        ) as rank_in_group
    from candidates
    inner join fold_products
        on candidates.fold = fold_products.fold and candidates.product_id = fold_products.product_id
)

select * from ranked
{%- endmacro %}
