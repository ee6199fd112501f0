{#
  Whether a product bought in the label window is relevant for a list: new products for lists that take
  new ones, products bought before for lists that take those. A product that was only rated before can't be
  bought again.
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
