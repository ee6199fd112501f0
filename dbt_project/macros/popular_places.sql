{#
  CTEs of the places of a list of popular products at which each customer's candidates are found: `bought_counts`, and
  `places` (fold, customer_key, the columns named, popularity_rank). `customers` names a CTE with fold and
  customer_key. Reads the CTEs `interactions` and `settings`.
#}
{% macro popular_places(customers, columns=[]) -%}
-- whoever bought n products finds the 100 most popular others among the first 100 + n
bought_counts as (
    select
        fold,
        customer_key,
        count(*) as products
    from interactions
    group by fold, customer_key
),

-- a row per place, so that products are found by equality: pairs of all customers and products
-- compared by place would grow with the square of the shop
places as (
    select
        {{ customers }}.fold,
        {{ customers }}.customer_key,
        {% for column in columns %}
        {{ customers }}.{{ column }},
        {% endfor %}
        unnest(
            range(1, settings.candidates_per_customer + coalesce(bought_counts.products, 0) + 1)
        ) as popularity_rank
    from {{ customers }}
    cross join settings
    left join bought_counts
        on {{ customers }}.fold = bought_counts.fold and {{ customers }}.customer_key = bought_counts.customer_key
)
{%- endmacro %}
