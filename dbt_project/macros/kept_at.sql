{# Whether an order hadn't come back yet at an instant: what comes back later counts until then. #}
{% macro kept_at(orders, instant) -%}
    ({{ orders }}.returned_at is null or {{ orders }}.returned_at >= {{ instant }})
{%- endmacro %}
