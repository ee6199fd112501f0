{#
  Whether a cleaned customer id is of somebody who asked to be forgotten (docs/forgetting.md). The function is
  made with the shop's inputs, by recsys/shop/forgotten_customers.py: the ids themselves are kept nowhere.
#}
{% macro is_forgotten(customer_id) -%}
    recsys_inputs.main.is_forgotten({{ customer_id }})
{%- endmacro %}
