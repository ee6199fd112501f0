{# The weight of an event at a cut-off: 1 on the day, halved by every half-life of age. #}
{% macro decayed(event_at, cutoff_at, half_life_days) -%}
    power(0.5, {{ days_between(event_at, cutoff_at) }} / {{ half_life_days }})
{%- endmacro %}
