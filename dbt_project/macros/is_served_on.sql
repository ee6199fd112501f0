{#
  Whether a row of the lists before goes on in those of this build. Where it had no probability and has one now,
  something else is promised.
#}
{% macro is_served_on(before, served) -%}
    {{ before }}.customer_id = {{ served }}.customer_id
    and {{ before }}.list_type = {{ served }}.list_type
    and {{ before }}.rank = {{ served }}.rank
    and {{ before }}.product_id = {{ served }}.product_id
    and {{ before }}.recommender = {{ served }}.recommender
    and ({{ before }}.probability is null) = ({{ served }}.probability is null)
{%- endmacro %}
