{#
  Where an experiment's hash puts a customer: from 0 up to 1, the same in every build and on every machine. It is the
  first 13 hexadecimal digits of the MD5 of the experiment's name, a colon and the customer's id, divided by 16^13.
#}
{% macro experiment_bucket(experiment, customer_id) -%}
    cast(concat('0x', left(md5(concat({{ experiment }}, ':', {{ customer_id }})), 13)) as ubigint) / power(16, 13)
{%- endmacro %}
