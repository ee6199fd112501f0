{#
  Chooses the products of lists among candidates. Reads the CTE `candidates`: the columns named in `by`, which
  say whose list it is, rank, list_score, is_filler, variant_key, category, brand, exploration (a hash), and what the
  settings say: diversity, max_per_category, max_per_brand, explored_places, list_length. Ends in the CTE
  `reranked`, with `place` from 1 on. docs/evaluation.md says in which order the steps are taken.
#}
{% macro reranked(by) -%}
-- products that are side by side on the shelf take one place, the best of them, as long as others are there
variants_in_order as (
    select
        *,
        row_number() over (partition by {{ by }}, variant_key order by rank) > 1 as is_repeat
    from candidates
),

in_categories as (
    select
        *,
        case
            when category is null then 1
            else row_number() over (partition by {{ by }}, category order by is_repeat, rank)
        end as place_in_category
    from variants_in_order
),

in_brands as (
    select
        *,
        case
            when brand is null then 1
            else row_number() over (partition by {{ by }}, brand order by is_repeat, rank)
        end as place_in_brand
    from in_categories
    where max_per_category = 0 or place_in_category <= max_per_category
),

discounted as (
    select
        *,
        -- a score below zero is made lower by dividing
        list_score * power(1 - diversity, (place_in_category - 1) * sign(list_score)) as discounted_score
    from in_brands
    where max_per_brand = 0 or place_in_brand <= max_per_brand
),

in_order as (
    select
        *,
        row_number() over (
            partition by {{ by }} order by is_repeat, is_filler, discounted_score desc nulls last, rank
        ) as order_of_scores
    from discounted
),

reranked as (
    select
        *,
        row_number() over (
            partition by {{ by }}
            order by
                least(order_of_scores, case when explored_places > 0 then list_length - explored_places + 1 end),
                case when explored_places > 0 and order_of_scores > list_length - explored_places then exploration end,
                order_of_scores
        ) as place
    from in_order
)
{%- endmacro %}
