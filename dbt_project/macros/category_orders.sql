{#
  Orders of customers in categories. Reads the CTEs `events`, of what is known, and `products` without those
  that the shop excludes. An order counts once per category, however many of its products it holds, and until
  the last of them has come back.
#}
{% macro category_orders() -%}
select
    events.fold,
    events.customer_key,
    coalesce(products.category, products.department) as category,
    events.order_key,
    max(events.age_days) as age
from events
inner join products on events.product_key = products.product_key
where
    events.is_interest
    and events.customer_key is not null
    and coalesce(products.category, products.department) is not null
group by events.fold, events.customer_key, coalesce(products.category, products.department), events.order_key
having bool_or(events.is_kept)
{%- endmacro %}
