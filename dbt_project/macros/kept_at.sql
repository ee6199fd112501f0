{# Whether an order hadn't been returned yet at an instant: until its return it counts as kept. #}
{% macro kept_at(orders, instant) -%}
    ({{ orders }}.returned_at is null or {{ orders }}.returned_at >= {{ instant }})
{%- endmacro %}
