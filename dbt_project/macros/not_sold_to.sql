{#
  Pairs whose product none of the customer's stores sells. `pairs` is a relation with fold, customer_key and
  product_key, each pair once or more. Customers of whom it isn't known what their stores sell have none.
#}
{% macro not_sold_to(pairs) -%}
select
    {{ pairs }}.fold,
    {{ pairs }}.customer_key,
    {{ pairs }}.product_key
from {{ pairs }}
inner join {{ ref('int_customer_assortments') }} as customer_assortments
    on {{ pairs }}.fold = customer_assortments.fold and {{ pairs }}.customer_key = customer_assortments.customer_key
left join {{ ref('int_assortment_products') }} as assortment_products
    on
        {{ pairs }}.fold = assortment_products.fold
        and customer_assortments.assortment_key = assortment_products.assortment_key
        and {{ pairs }}.product_key = assortment_products.product_key
group by {{ pairs }}.fold, {{ pairs }}.customer_key, {{ pairs }}.product_key
having count(assortment_products.product_key) = 0
{%- endmacro %}
