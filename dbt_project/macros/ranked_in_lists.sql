{#
  The candidates of each list in their order. Reads the CTEs `candidates` (fold, recommender, customer_key,
  product_key, score, is_new), `list_types`, `fold_products` and `only_rated` (fold, customer_key, product_key:
  rated but never bought, so not new, and nothing to buy again).
#}
{% macro ranked_in_lists() -%}
select
    candidates.fold,
    candidates.recommender,
    list_types.list_type,
    candidates.customer_key,
    candidates.product_key,
    fold_products.product_id,
    candidates.score,
    candidates.is_new,
    row_number() over (
        partition by candidates.fold, candidates.recommender, list_types.list_type, candidates.customer_key
        order by candidates.score desc, fold_products.tie_order asc
    ) as rank
from candidates
inner join fold_products
    on candidates.fold = fold_products.fold and candidates.product_key = fold_products.product_key
inner join list_types
    on (candidates.is_new and list_types.takes_new) or (not candidates.is_new and list_types.takes_bought)
left join only_rated
    on
        candidates.fold = only_rated.fold
        and candidates.customer_key = only_rated.customer_key
        and candidates.product_key = only_rated.product_key
where list_types.takes_new or only_rated.product_key is null
{%- endmacro %}
