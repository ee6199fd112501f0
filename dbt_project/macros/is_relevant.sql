{#
  Whether what was bought in the label window is something that a list could have found: new products
  for lists that take them, bought ones for the others; what was only rated is nothing to buy again.
#}
{% macro is_relevant(held_out, list_types) -%}
    (
        ({{ held_out }}.is_new and {{ list_types }}.takes_new)
        or (
            not {{ held_out }}.is_new
            and {{ list_types }}.takes_bought
            and ({{ held_out }}.was_bought or {{ list_types }}.takes_new)
        )
    )
{%- endmacro %}
